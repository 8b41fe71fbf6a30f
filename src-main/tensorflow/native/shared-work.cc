#include "shared-work.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <list>
#include <mutex>
#include <thread>

namespace kindred {
namespace {

// Callers work on their own jobs; a helper takes parts of any, as long as fewer than `threads` are at work.
class Pool {
 public:
  explicit Pool(int threads) : threads_(threads) {
    for (int i = 1; i < threads; i++) std::thread([this] { help(); }).detach();
  }

  void run(int parts, const std::function<void(int)>& part) {
    Job job{part, parts};
    {
      std::lock_guard<std::mutex> guard(state_);
      atWork_++;
      jobs_.push_back(&job);
    }
    if (parts > 1) wake_.notify_all();
    for (int i = job.next++; i < parts; i = job.next++) part(i);
    std::unique_lock<std::mutex> guard(state_);
    jobs_.remove(&job);
    atWork_--;
    wake_.notify_all();
    done_.wait(guard, [&] { return job.helpers == 0; });
  }

 private:
  struct Job {
    const std::function<void(int)>& part;
    const int parts;
    std::atomic<int> next{0};
    int helpers = 0;
  };

  void help() {
    std::unique_lock<std::mutex> guard(state_);
    for (;;) {
      Job* job = nullptr;
      int part = 0;
      wake_.wait(guard, [&] { return atWork_ < threads_ && claim(job, part); });
      atWork_++;
      job->helpers++;
      guard.unlock();
      job->part(part);
      guard.lock();
      atWork_--;
      if (--job->helpers == 0) done_.notify_all();
    }
  }

  // The oldest job with a part that nobody has taken.
  bool claim(Job*& job, int& part) {
    for (Job* candidate : jobs_) {
      if (candidate->next >= candidate->parts) continue;
      part = candidate->next++;
      if (part >= candidate->parts) continue;
      job = candidate;
      return true;
    }
    return false;
  }

  const int threads_;
  std::mutex state_;
  std::condition_variable wake_, done_;
  std::list<Job*> jobs_;
  int atWork_ = 0;
};

}  // namespace

int threadCount() {
  static const int count = [] {
    const char* given = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int asked = given == nullptr ? 0 : std::atoi(given);
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return asked > 0 ? asked : cores > 0 ? cores : 1;
  }();
  return count;
}

void shareWork(int parts, const std::function<void(int)>& part) {
  // Never destroyed: its threads outlive every static object.
  static Pool* const pool = new Pool(threadCount());
  pool->run(parts, part);
}

}  // namespace kindred
