import type { Clock, Logger } from "#base";
import type { Catalog } from "../catalog.ts";
import { FileStore } from "../files/file-store.ts";
import type { Inference } from "../inference/inference.ts";
import type { Database } from "../storage/database.ts";
import { DocumentLinks } from "./document-links.ts";
import { DocumentProcessor } from "./document-processor.ts";
import { Embedder } from "./embed-texts.ts";
import { Libraries } from "./libraries.ts";
import { LibrarySearch } from "./library-search.ts";
import { LibrarySharing } from "./library-sharing.ts";

export interface OpenLibrariesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalog: Catalog;
  readonly inference: Pick<Inference, "embed">;
  /** Where contents lie; those of documents among them. */
  readonly contentFolder: string;
}

export interface OpenLibraries {
  readonly libraries: Libraries;
  readonly search: LibrarySearch;
  readonly sharing: LibrarySharing;
  readonly links: DocumentLinks;
  /** Interrupts what is being read; the next process begins it again. */
  close(): Promise<void>;
}

/** Opens the libraries and takes up the documents that an earlier process left unread. */
export async function openLibraries(parts: OpenLibrariesParts): Promise<OpenLibraries> {
  const contents = new FileStore(parts.contentFolder);
  const embedder = new Embedder(parts);
  const processor = new DocumentProcessor({ ...parts, contents, embedder });
  await processor.start();
  const libraries = new Libraries({ ...parts, contents, processor });
  const search = new LibrarySearch({ ...parts, libraries, embedder });
  const sharing = new LibrarySharing({ ...parts, libraries });
  const links = new DocumentLinks({ ...parts, contents, libraries });
  return { libraries, search, sharing, links, close: () => processor.close() };
}
