/** The whole set-up: decides what is missing, then does that and nothing else. Safe to run by several at once. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonInCache, cacheHasAddons, compileAddon, placeAddon } from './addon.mjs';
import { runCommand } from './command.mjs';
import { chosenDevice } from './device.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesAreCurrent } from './packages.mjs';
import { cacheFolder, modules, projectEnvironment, projectNode, root } from './places.mjs';
import { SetupError, runSteps, say } from './progress.mjs';
import { checkLibc, checkNode, checkRequirements } from './requirements.mjs';
import { isStamped, writeStamp } from './stamp.mjs';
import { provideTensorflow, tensorflowIn } from './tensorflow.mjs';
import { tensorflowVersion, wheelFor } from './wheels.mjs';

/** What this machine is to get. `tensorflow` is null where tfjs-node's own download has to serve. */
function makePlan(env) {
  const own = env.KINDRED_TENSORFLOW;
  const { device, why } = chosenDevice(env);
  const isOwn = own !== undefined && own !== '';
  const wheel = isOwn ? null : wheelFor(device);
  if (!isOwn && wheel === null && device === 'gpu') {
    throw new SetupError(
      `There is no CUDA build of TensorFlow for ${process.platform}-${process.arch}; unset KINDRED_DEVICE.`,
    );
  }
  const tensorflow = isOwn ? resolve(own) : wheel === null ? null : join(cacheFolder(env), wheel.name);
  return { device, why, wheel, tensorflow };
}

const sayWaiting = (pid) => say(`Another set-up of this checkout is at work (process ${pid}); waiting for it.`);

/** Makes sure that everything is there. Returns at once when the stamp says so. */
export async function ensureSetUp(env = process.env) {
  checkNode();
  const plan = makePlan(env);
  if (isStamped(plan)) return;
  await withLock(join(root, '.setup', 'lock'), sayWaiting, async () => {
    if (!isStamped(plan)) await setUp(plan);
  });
}

async function setUp(plan) {
  checkLibc();
  const needsPackages = !packagesAreCurrent();
  const needsTensorflow = plan.wheel !== null && tensorflowIn(plan.tensorflow) === null;
  if (plan.wheel === null && plan.tensorflow !== null && tensorflowIn(plan.tensorflow) === null) {
    throw new SetupError(
      `KINDRED_TENSORFLOW=${plan.tensorflow} must hold include/tensorflow/c/c_api.h, and libtensorflow_cc (or libtensorflow) and libtensorflow_framework, there or in lib/.`,
    );
  }
  const diskMb = needsTensorflow ? plan.wheel.downloadMb + plan.wheel.unpackedMb : 0;
  const tools = checkRequirements({ pip: needsTensorflow, compiler: needsCompiler(plan, needsPackages), diskMb });

  let proof = null;
  const steps = [];
  if (needsPackages) steps.push({ title: 'npm packages (about 850 MB on disk)', run: installPackages });
  if (needsTensorflow) {
    const title = `TensorFlow ${tensorflowVersion} for ${plan.device.toUpperCase()} (${plan.wheel.downloadMb} MB download, ${plan.wheel.unpackedMb} MB on disk)`;
    steps.push({ title, run: (report) => lockedTensorflow(plan, tools.python, report) });
  }
  steps.push({ title: "TensorFlow's addon", run: (report) => provideAddon(plan, tools.compiler, report) });
  steps.push({ title: 'proof: a convolution and its gradients', run: async (report) => (proof = await prove(report)) });
  await runSteps(steps);
  writeStamp(plan, plan.tensorflow === null ? [] : tensorflowIn(plan.tensorflow).libraries, proof);
}

/** Whether to ask for a compiler before anything else; the addon's hash is unknown until its source is installed. */
function needsCompiler(plan, needsPackages) {
  if (plan.tensorflow === null) return false;
  return needsPackages ? !cacheHasAddons() : !existsSync(addonInCache(plan.tensorflow));
}

function withCacheLock(name, report, work) {
  const waiting = (pid) => report(`another set-up is making it (process ${pid}); waiting`);
  return withLock(join(cacheFolder(), `${name}.lock`), waiting, work);
}

function lockedTensorflow(plan, python, report) {
  return withCacheLock(plan.wheel.name, report, async () => {
    if (tensorflowIn(plan.tensorflow) === null) await provideTensorflow(plan.wheel, python, report);
  });
}

async function provideAddon(plan, compiler, report) {
  if (plan.tensorflow === null) {
    report("by tfjs-node's own script: TensorFlow offers no wheel with its C library for this platform");
    await runCommand(projectNode(), [join('scripts', 'install.js')], {
      env: projectEnvironment(),
      cwd: join(modules, '@tensorflow', 'tfjs-node'),
    });
    return;
  }
  await withCacheLock('addons', report, async () => {
    if (existsSync(addonInCache(plan.tensorflow))) return;
    const program = compiler ?? checkRequirements({ pip: false, compiler: true, diskMb: 0 }).compiler;
    report(`compiling with ${program}`);
    await compileAddon(plan.tensorflow, program);
  });
  placeAddon(plan.tensorflow);
}

async function prove(report) {
  const script = fileURLToPath(new URL('proof.cjs', import.meta.url));
  const env = projectEnvironment();
  const written = await runCommand(projectNode(), [script], { env, cwd: root });
  const proof = JSON.parse(written.slice(written.indexOf('{"tensorflowVersion"')));
  report(`TensorFlow ${proof.tensorflowVersion} agrees with plain JavaScript to ${proof.worst.toExponential(1)}`);
  return proof;
}
