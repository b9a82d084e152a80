import { failed, type Outcome } from "../base/mod.ts";
import { type Parameters, parseParameters } from "./parameters.ts";
import { percentDecode } from "./percent.ts";

/** What a request's URL says: frozen, and shared by all requests with the same URL. */
export interface Target {
  /** Percent-decoded, otherwise as it came: no cleaning (http-api §1.1). */
  readonly path: string;
  /** What stands behind the `?`, untouched; null without one. */
  readonly rawQuery: string | null;
  /** The route's place in the app's table; -1 = no such path. */
  readonly route: number;
  /** Or the body of the 400 (§3). */
  readonly parameters: Outcome<Parameters>;
}

const cachedUrlLengthMax = 512;
const cachedUrlsMax = 256;

/**
 * Reads URLs and remembers the last few hundred short ones: clients send the same handful over and over. Two
 * generations, so that a flood of different URLs neither grows the memory nor empties it at once.
 */
export class Targets {
  readonly #findRoute: (path: string) => number;
  #young = new Map<string, Target>();
  #old = new Map<string, Target>();

  constructor(findRoute: (path: string) => number) {
    this.#findRoute = findRoute;
  }

  read(url: string): Target {
    const known = this.#young.get(url);
    if (known !== undefined) return known;
    const target = this.#old.get(url) ?? parseTarget(url, this.#findRoute);
    if (url.length <= cachedUrlLengthMax) {
      if (this.#young.size >= cachedUrlsMax) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(url, target);
    }
    return target;
  }
}

/** `url` is absolute, as `Request.url` is. */
function parseTarget(url: string, findRoute: (path: string) => number): Target {
  const pathStart = url.indexOf("/", url.indexOf("://") + 3);
  const fragment = url.indexOf("#", pathStart);
  const end = fragment < 0 ? url.length : fragment;
  const question = url.indexOf("?", pathStart);
  const pathEnd = question < 0 || question > end ? end : question;
  const rawQuery = pathEnd === end ? null : url.slice(pathEnd + 1, end);
  const path = percentDecode(pathStart < 0 ? "/" : url.slice(pathStart, pathEnd), false);
  if (!path.ok) return { path: "", rawQuery, route: -1, parameters: failed(`invalid URL escape "${path.error}"`) };
  return { path: path.value, rawQuery, route: findRoute(path.value), parameters: parseParameters(rawQuery ?? "") };
}

/** Path and query for a `Location`: decoded path, untouched query (§11.2), nothing that could end the header. */
export function locationOf(target: Target): string {
  const text = target.rawQuery === null ? target.path : `${target.path}?${target.rawQuery}`;
  return text.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(wellFormed(character)));
}

const wellFormed = (character: string): string => (/\p{Surrogate}/u.test(character) ? "\ufffd" : character);
