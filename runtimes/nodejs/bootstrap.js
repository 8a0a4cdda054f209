"use strict";
// Runs a Node.js function against the Lambda Runtime API, with nothing but what Node.js itself brings.
//
// Start-up time is a function's first impression, so the Runtime API is spoken over a plain socket instead of `http`,
// and `console` writes to its descriptor instead of building streams.

const fs = require("fs");
const path = require("path");
const util = require("util");

const environment = process.env;
const API = "/2018-06-01/runtime/";
const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type: ";
const version = Number(/nodejs(\d+)\./.exec(environment.AWS_EXECUTION_ENV)?.[1] ?? 0);
const hasCallbacks = version < 24; // AWS took them away with nodejs24.x

let current; // the request id of the invocation that is not answered yet
let logged; // the request id that log lines bear: this or the last invocation's
let whenEmpty; // called when nothing is left to wait for
let initialising = true;

// --- the Runtime API ------------------------------------------------------------------------------------------------

// One kept connection. The next event is asked for in the same packet that carries a response. It keeps the process
// alive only while an answer is due, so that it is seen when a function has nothing left to do.
class Api {
  #address = environment.AWS_LAMBDA_RUNTIME_API;
  #socket;
  #parts = [];
  #have = 0;
  #wanted = 0; // how many bytes make it worth looking
  #waiting = [];

  // The callback gets {headers, body} of every event that comes.
  constructor(onEvent) {
    this.onEvent = onEvent;
  }

  next() {
    this.#send(this.#nextRequest());
    this.#expectEvent();
  }

  respond(requestId, text) {
    this.#post(`invocation/${requestId}/response`, text, "", this.#nextRequest());
    this.#waiting.push(() => {});
    this.#expectEvent();
  }

  fail(requestId, document) {
    this.#post(`invocation/${requestId}/error`, document, ERROR_TYPE + "Unhandled\r\n", this.#nextRequest());
    this.#waiting.push(() => {});
    this.#expectEvent();
  }

  // The process ends with the code as soon as the error has arrived.
  failAndExit(where, document, errorType, code) {
    this.#post(where, document, `${ERROR_TYPE}${errorType.replace(/[^\x21-\x7e]/g, "?")}\r\n`, "");
    this.#waiting.push(() => process.exit(code));
  }

  #expectEvent() {
    this.#waiting.push((status, headers, body) => {
      // The environment is over, or this runtime has lost its place in the protocol.
      if (status !== 200) process.exit(1);
      this.onEvent(headers, body);
    });
  }

  #nextRequest() {
    return `GET ${API}invocation/next HTTP/1.1\r\nHost: ${this.#address}\r\n\r\n`;
  }

  #post(where, text, header, behind) {
    const head = `POST ${API}${where} HTTP/1.1\r\nHost: ${this.#address}\r\nContent-Type: application/json\r\n${header}` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
    this.#send(text.length < 65536 ? head + text + behind : head, text.length < 65536 ? [] : [text, behind]);
  }

  #send(first, more = []) {
    if (!this.#socket) this.#connect();
    this.#socket.ref();
    this.#socket.write(first);
    for (const part of more) if (part) this.#socket.write(part);
  }

  #connect() {
    const at = this.#address.lastIndexOf(":");
    const [host, port] = [this.#address.slice(0, at), Number(this.#address.slice(at + 1))];
    this.#socket = require("net").connect({host, port, noDelay: true});
    this.#socket.on("data", (data) => this.#receive(data));
    this.#socket.on("error", () => process.exit(0));
    this.#socket.on("close", () => process.exit(0));
  }

  #receive(data) {
    this.#parts.push(data);
    this.#have += data.length;
    while (this.#have > 0 && this.#have >= this.#wanted) {
      const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
      this.#parts = [bytes];
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [statusLine, ...lines] = bytes.toString("utf8", 0, end).split("\r\n");
      const headers = {};
      for (const line of lines) {
        const colon = line.indexOf(":");
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
      }
      const size = end + 4 + Number(headers["content-length"] ?? 0);
      if (bytes.length < size) {
        this.#wanted = size;
        return;
      }
      this.#wanted = 0;
      this.#have = bytes.length - size;
      this.#parts = this.#have > 0 ? [bytes.subarray(size)] : [];
      const take = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#socket.unref();
      take(Number(statusLine.split(" ", 2)[1]), headers, bytes.toString("utf8", end + 4, size));
    }
  }
}

// --- errors ---------------------------------------------------------------------------------------------------------

// Failures that have names of their own in Lambda.
class Fault extends Error {
  constructor(type, message, more) {
    super(message);
    Object.defineProperty(this, "name", {value: "Runtime." + type});
    Error.captureStackTrace(this, Fault); // again, with the name
    Object.assign(this, more);
  }
}

// What the caller gets. DEL is escaped, as on AWS.
function describe(error) {
  const text = (value) => String(value).replaceAll("\x7f", "%7F");
  try {
    if (util.types.isNativeError(error) || (error?.name && error.message && typeof error.stack === "string"))
      return {errorType: text(error.name), errorMessage: text(error.message), trace: text(error.stack).split("\n")};
    return {errorType: typeof error, errorMessage: error.toString(), trace: []};
  } catch {
    return {
      errorType: "handled",
      errorMessage: "callback called with Error argument, but there was a problem while retrieving one or more of its " +
        "message, name, and stack",
    };
  }
}

function withHiddenMembers(_, value) {
  if (!(value instanceof Error)) return value;
  const shown = {errorType: value.name, errorMessage: value.message, code: value.code, ...value};
  if (typeof value.stack === "string") shown.stack = value.stack.split("\n");
  return shown;
}

function logError(title, error) {
  const shown = error instanceof Error ? error : new Error(error);
  if (asJson) {
    console.error(shown);
  } else {
    let text;
    try {
      text = JSON.stringify(shown, withHiddenMembers);
    } catch {
      text = JSON.stringify(describe(error));
    }
    console.error(title, "\t" + text);
  }
  const missing = /\bCannot find (?:module|package) '((?:@aws-sdk|@smithy)\/[^'/]+|aws-sdk)/.exec(shown.message);
  if (missing)
    write(`[hearth] ${missing[1]} is not part of the runtime, as it is on AWS: put it into the function's package, or ` +
      `on this machine once for all functions: npm install --global ${missing[1]}\n`);
}

// --- the log --------------------------------------------------------------------------------------------------------

const asJson = environment.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

function write(text) {
  for (let bytes = Buffer.from(text); bytes.length > 0;) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      // Whoever opens process.stdout makes the pipe one that does not wait.
      if (error.code !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function errorMembers(error) {
  return {
    errorType: error.constructor?.name ?? "UnknownError",
    errorMessage: error.message,
    stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
  };
}

function jsonLine(time, level, values) {
  const line = {timestamp: time, level, requestId: logged};
  if (values.length === 1) {
    const replace = (_, value) => (value instanceof Error ? {...errorMembers(value), ...value} : value);
    try {
      return JSON.stringify({...line, message: values[0]}, replace);
    } catch {
      return JSON.stringify({...line, message: util.format(values[0])});
    }
  }
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify({...line, message: util.format(...values), ...(error && errorMembers(error))});
}

// One event: lines of it are parted by carriage returns, events by line feeds.
function log(level, values) {
  const time = new Date().toISOString();
  const line = asJson ? jsonLine(time, level, values) : `${time}\t${logged}\t${level}\t${util.format(...values)}`;
  write(line.replaceAll("\n", "\r") + "\n");
}

function patchConsole() {
  const least = Math.max(LEVELS.indexOf(environment.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()), 0);
  LEVELS.forEach((level, at) => {
    console[level.toLowerCase()] = at < least && level !== "FATAL" ? () => {} : (...values) => log(level, values);
  });
  console.log = console.info;
}

// --- the function ---------------------------------------------------------------------------------------------------

// Whether the nearest package.json above the file says that .js files are ES modules.
function isInModulePackage(file) {
  for (let folder = path.dirname(file); !folder.endsWith("/node_modules"); folder = path.dirname(folder)) {
    const description = path.join(folder, "package.json");
    if (fs.existsSync(description)) {
      try {
        return JSON.parse(fs.readFileSync(description, "utf8"))?.type === "module";
      } catch (error) {
        console.warn(`${description} cannot be read, it will be ignored for ES module detection purposes.`, error);
        return false;
      }
    }
    if (folder === path.dirname(folder)) return false;
  }
  return false;
}

const importFile = (file) => import(require("url").pathToFileURL(file).href);

// In the order in which Lambda looks: the name as it is, .js, .mjs, .cjs, and then whatever require() makes of it.
async function loadModule(folder, name) {
  const root = environment.LAMBDA_TASK_ROOT;
  const file = path.resolve(root, folder, name);
  if (fs.statSync(file, {throwIfNoEntry: false})?.isFile()) return require(file);
  if (fs.existsSync(file + ".js")) return isInModulePackage(file + ".js") ? importFile(file + ".js") : require(file + ".js");
  if (fs.existsSync(file + ".mjs")) return importFile(file + ".mjs");
  if (fs.existsSync(file + ".cjs")) return require(file + ".cjs");
  return require(require.resolve(name, {paths: [root, path.resolve(root, folder)]}));
}

async function loadHandler(name) {
  if (name.includes(".."))
    throw new Fault("MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  const base = path.basename(name);
  const dot = base.indexOf(".");
  if (dot < 0) throw new Fault("MalformedHandlerName", "Bad handler");
  let found;
  try {
    found = await loadModule(name.slice(0, name.lastIndexOf(base)), base.slice(0, dot));
  } catch (error) {
    if (error instanceof SyntaxError) throw syntaxFault(error);
    if (error?.code === "MODULE_NOT_FOUND") throw new Fault("ImportModuleError", String(error));
    throw error;
  }
  for (const member of base.slice(dot + 1).split(".")) found = found?.[member];
  if (!found) throw new Fault("HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof found !== "function") throw new Fault("HandlerNotFound", `${name} is not a function`);
  if (!hasCallbacks && found.length > 2)
    throw new Fault("CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to " +
      "modify this function to use a supported handler signature to use Node.js 24 or later. For more information see " +
      "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.");
  return found;
}

// The trace begins with the place in the function's source.
function syntaxFault(error) {
  const fault = new Fault("UserCodeSyntaxError", String(error));
  fault.stack = `${fault.name}: ${error}\n${error.stack}`;
  return fault;
}

function refuseStreaming() {
  throw new Fault("StreamingUnsupported", "Hearth does not support response streaming (awslambda.streamifyResponse).");
}

function parseHeader(text, name) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

function makeContext(headers, answers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    ...answers,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parseHeader(headers["lambda-runtime-client-context"], "ClientContext"),
    identity: parseHeader(headers["lambda-runtime-cognito-identity"], "CognitoIdentity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// The ways in which one invocation ends; the first one that is taken counts.
class Answers {
  #api;
  #id;
  #taken = false;

  constructor(api, id) {
    this.#api = api;
    this.#id = id;
  }

  succeed(result) {
    if (this.#take()) this.#send(result);
  }

  fail(error) {
    if (this.#take()) this.#sendError(error);
  }

  done(error, result) {
    if (error === undefined || error === null) this.succeed(result);
    else this.fail(error);
  }

  // The answer stays here until the function has nothing left to do.
  succeedWhenEmpty(result) {
    if (this.#take()) whenEmpty = () => this.#send(result);
  }

  #take() {
    if (this.#taken || current !== this.#id) return false;
    whenEmpty = undefined;
    return (this.#taken = true);
  }

  #send(result) {
    let text;
    try {
      text = JSON.stringify(result) ?? "null";
    } catch {
      return this.#sendError(new Error("Unable to stringify response body"));
    }
    current = undefined;
    this.#api.respond(this.#id, text);
  }

  #sendError(error) {
    logError("Invoke Error", error);
    current = undefined;
    this.#api.fail(this.#id, JSON.stringify(describe(error)));
  }
}

function invoke(api, handler, headers, body) {
  const id = (current = logged = headers["lambda-runtime-aws-request-id"]);
  const trace = headers["lambda-runtime-trace-id"];
  if (trace !== undefined) environment._X_AMZN_TRACE_ID = trace;
  else delete environment._X_AMZN_TRACE_ID;

  const answers = new Answers(api, id);
  whenEmpty = () => {
    if (handler.constructor?.name !== "AsyncFunction") return answers.succeed(null);
    answers.fail(new Fault("NodeJsExit",
      "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that " +
      "was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes"));
  };
  const callback = (error, result) => {
    if (error !== undefined && error !== null) answers.fail(error);
    else if (context.callbackWaitsForEmptyEventLoop) answers.succeedWhenEmpty(result);
    else answers.succeed(result);
  };
  let context;
  try {
    context = makeContext(headers, hasCallbacks && {
      callbackWaitsForEmptyEventLoop: true,
      succeed: (result) => answers.succeed(result),
      fail: (error) => answers.fail(error ?? "handled"),
      done: (error, result) => answers.done(error, result),
    });
    const event = JSON.parse(body);
    const result = hasCallbacks ? handler(event, context, callback) : handler(event, context);
    if (typeof result?.then === "function")
      result.then((value) => answers.succeed(value), (error) => answers.fail(error ?? "handled"));
  } catch (error) {
    answers.fail(error ?? "handled");
  }
}

// What nobody caught ends the process, and the invocation or the initialisation with it.
function crash(api, title, error, code) {
  logError(title, error);
  const document = describe(error);
  if (initialising) api.failAndExit("init/error", JSON.stringify(document), document.errorType, code);
  else if (current !== undefined) api.failAndExit(`invocation/${current}/error`, JSON.stringify(document), "Unhandled", code);
  else process.exit(code);
  current = undefined;
}

async function main() {
  patchConsole();
  let handler;
  const api = new Api((headers, body) => invoke(api, handler, headers, body));
  process.on("beforeExit", () => {
    const then = whenEmpty;
    whenEmpty = undefined;
    then?.();
  });
  process.on("uncaughtException", (error) => crash(api, "Uncaught Exception", error, 129));
  process.on("unhandledRejection", (reason, promise) =>
    crash(api, "Unhandled Promise Rejection", new Fault("UnhandledPromiseRejection", String(reason), {reason, promise}), 128));
  globalThis.awslambda = {streamifyResponse: refuseStreaming, HttpResponseStream: {from: refuseStreaming}};
  try {
    handler = await loadHandler(environment._HANDLER);
  } catch (error) {
    return crash(api, "Uncaught Exception", error, 129);
  }
  initialising = false;
  api.next();
}

main();
