// Reads the words of a PDF, page by page, in a thread that can be ended at any moment.
import { parentPort, workerData } from "node:worker_threads";
import { getDocumentProxy } from "unpdf";

const { bytes, mostPages, mostCharacters } = workerData;

try {
  const document = await getDocumentProxy(bytes, { isEvalSupported: false, verbosity: 0 });
  if (document.numPages > mostPages)
    throw new Error(`it has ${document.numPages} pages, at most ${mostPages} are read`);
  const pages = [];
  let characters = 0;
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => (item.hasEOL ? `${item.str}\n` : item.str)).join("");
    page.cleanup();
    characters += text.length;
    if (characters > mostCharacters) throw new Error(`it has more than ${mostCharacters} characters of text`);
    pages.push(text);
  }
  parentPort.postMessage({ pages });
} catch (error) {
  parentPort.postMessage({ problem: String(error?.message ?? error) });
}
