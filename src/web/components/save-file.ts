/** Hands the reader a file. */
export function saveFile(name: string, content: string | Blob, mediaType = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type: mediaType }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
