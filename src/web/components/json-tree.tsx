/** A JSON value as nested lists that fold. */
export function JsonTree({ value, name }: { readonly value: unknown; readonly name?: string }) {
  const label = name === undefined ? null : <span className="text-accent">{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className="pl-4 font-mono text-[13px] leading-6">
        {label}
        <span className={typeof value === "string" ? "text-ok" : "text-warn"}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open className="pl-1 font-mono text-[13px] leading-6">
      <summary>
        {label}
        <span className="text-ink-3">{size}</span>
      </summary>
      <div className="ml-1.5 border-l border-line pl-1">
        {entries.map(([key, child]) => (
          <JsonTree key={key} name={key} value={child} />
        ))}
      </div>
    </details>
  );
}
