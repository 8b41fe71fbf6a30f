// Work shared by a few threads that live as long as the process.
#pragma once
#include <functional>

namespace kindred {

// Threads that share the work of one operation: TF_NUM_INTRAOP_THREADS, else one for each core.
int threadCount();

// Calls `part(i)` once for every i in [0, parts), by the calling thread and the pool's. Returns when all are done. Which
// thread takes which part is left open: what a part computes must not depend on it. While as many operations run at once
// as there are threads, each is done by its own.
void shareWork(int parts, const std::function<void(int)>& part);

}  // namespace kindred
