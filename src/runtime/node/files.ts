import fs from "node:fs";
import { PosixFiles } from "../../core/ports/mod.ts";

export const files = new PosixFiles(fs);
