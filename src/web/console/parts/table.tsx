import type { ReactNode } from "react";

interface TableProps {
  readonly label: string;
  /** An empty name: a column of buttons. */
  readonly columns: readonly string[];
  /** Places of the columns of numbers, which stand under each other by their ends. */
  readonly numeric?: readonly number[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

/** A table; on narrow screens every row becomes a list of names and values. */
export function Table({ label, columns, numeric = [], rows }: TableProps) {
  const place = (index: number) => (numeric.includes(index) ? "sm:text-right sm:whitespace-nowrap" : "");
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
      <table className="stacking num w-full text-left text-sm">
        <thead>
          <tr className="text-ink-3">
            {columns.map((name, index) => (
              <th key={name || index} scope="col" className={`py-1.5 pr-4 font-normal last:pr-0 ${place(index)}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key} className="border-t border-line">
              {cells.map((cell, index) => (
                <td
                  key={columns[index] || index}
                  data-name={columns[index]}
                  className={`py-1.5 pr-4 last:pr-0 ${place(index) || "wrap-anywhere"}`}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
