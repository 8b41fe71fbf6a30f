#include "shared-work.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace kindred {
namespace {

class Pool {
 public:
  explicit Pool(int helpers) {
    for (int i = 0; i < helpers; i++) std::thread([this] { help(); }).detach();
    helpers_ = helpers;
  }

  void run(int parts, const std::function<void(int)>& part) {
    std::unique_lock<std::mutex> owner(owner_, std::try_to_lock);
    if (!owner.owns_lock() || helpers_ == 0 || parts < 2) {
      for (int i = 0; i < parts; i++) part(i);
      return;
    }
    {
      std::lock_guard<std::mutex> guard(state_);
      part_ = &part;
      parts_ = parts;
      next_ = 0;
      busy_ = helpers_;
      round_++;
    }
    wake_.notify_all();
    takeParts();
    std::unique_lock<std::mutex> guard(state_);
    done_.wait(guard, [this] { return busy_ == 0; });
  }

 private:
  void takeParts() {
    for (int i = next_++; i < parts_; i = next_++) (*part_)(i);
  }

  void help() {
    int seen = 0;
    for (;;) {
      {
        std::unique_lock<std::mutex> guard(state_);
        wake_.wait(guard, [&] { return round_ != seen; });
        seen = round_;
      }
      takeParts();
      std::lock_guard<std::mutex> guard(state_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex owner_, state_;
  std::condition_variable wake_, done_;
  const std::function<void(int)>* part_ = nullptr;
  int parts_ = 0, helpers_ = 0, busy_ = 0, round_ = 0;
  std::atomic<int> next_{0};
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
  static Pool* const pool = new Pool(threadCount() - 1);
  pool->run(parts, part);
}

}  // namespace kindred
