// Text beside itself as Brotli and gzip: WhiteNoise sends the smallest that a browser takes.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(?:css|js|svg)$/;
const options = (content) => ({
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
});

export async function compress(directory) {
  const names = (await readdir(directory)).filter((name) => TEXT.test(name));
  await Promise.all(names.map((name) => compressOne(join(directory, name))));
}

async function compressOne(path) {
  const content = await readFile(path);
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, options(content)));
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}
