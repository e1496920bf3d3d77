import { memo, useMemo, useRef } from "react";
import type { ReactNode } from "react";
import type { Token, Tokens } from "marked";
import { useWords } from "../app/services.tsx";
import { CodeBlock } from "./code-block.tsx";
import { GrowingLexer, lexWhole } from "./lexer.ts";
import type { MathToken } from "./lexer.ts";
import { MathSpan } from "./math-span.tsx";
import { safeLink } from "./safe-link.ts";

interface MarkdownProps {
  readonly text: string;
  /** The text still grows. */
  readonly isLive: boolean;
}

/** Markdown as React elements, straight from the lexer: there is no path by which text becomes HTML. */
export const Markdown = memo(function Markdown({ text, isLive }: MarkdownProps) {
  const growing = useRef<GrowingLexer>(undefined);
  const tokens = useMemo(() => {
    if (!isLive) return lexWhole(text);
    growing.current ??= new GrowingLexer();
    return growing.current.lex(text);
  }, [text, isLive]);
  return (
    <div className="md">
      {tokens.map((token, index) => (
        <Block key={index} token={token} isLive={isLive && index >= tokens.length - 2} />
      ))}
    </div>
  );
});

interface BlockProps {
  readonly token: Token;
  readonly isLive: boolean;
}

const Block = memo(
  function Block({ token, isLive }: BlockProps): ReactNode {
    switch (token.type) {
      case "space":
      case "def":
        return null;
      case "heading": {
        // The page's own title is the h1.
        const Heading = `h${Math.min(6, Number((token as Tokens.Heading).depth) + 1)}` as "h2";
        return <Heading>{inline(token)}</Heading>;
      }
      case "code": {
        const { text, lang } = token as Tokens.Code;
        return <CodeBlock code={text} language={(lang ?? "").split(/[\s{]/, 1)[0]!} isLive={isLive} />;
      }
      case "blockquote":
        return <blockquote>{blocks(token, isLive)}</blockquote>;
      case "list":
        return <List list={token as Tokens.List} isLive={isLive} />;
      case "table":
        return <Table table={token as Tokens.Table} />;
      case "hr":
        return <hr />;
      case "paragraph":
      case "text":
        return <p>{inline(token)}</p>;
      default:
        // HTML and anything unknown is shown as the text it is.
        return <p>{token.raw}</p>;
    }
  },
  (before, after) => before.token.raw === after.token.raw && before.isLive === after.isLive,
);

function blocks(token: Token, isLive: boolean): ReactNode {
  const { tokens } = token as { tokens?: Token[] };
  return tokens?.map((child, index) => <Block key={index} token={child} isLive={isLive} />);
}

function List({ list, isLive }: { list: Tokens.List; isLive: boolean }) {
  const { t } = useWords();
  const Element = list.ordered ? "ol" : "ul";
  const start = typeof list.start === "number" ? { start: list.start } : {};
  return (
    <Element {...start}>
      {list.items.map((item, index) => (
        <li key={index} className={item.task ? "list-none" : undefined}>
          {item.task && (
            <input
              type="checkbox"
              disabled
              checked={item.checked === true}
              aria-label={t("message.task")}
              className="mr-2 -ml-5 align-[-1px]"
            />
          )}
          {item.tokens.map((child, at) =>
            child.type === "checkbox" ? null : child.type === "text" ? (
              <span key={at}>{inline(child)}</span>
            ) : (
              <Block key={at} token={child} isLive={isLive} />
            ),
          )}
        </li>
      ))}
    </Element>
  );
}

function Table({ table }: { table: Tokens.Table }) {
  const { t } = useWords();
  const cell = (Element: "th" | "td", { tokens, align }: Tokens.TableCell, index: number) => (
    <Element key={index} data-align={align ?? undefined} {...(Element === "th" ? { scope: "col" } : {})}>
      {spans(tokens)}
    </Element>
  );
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t("message.table")}>
      <table>
        <thead>
          <tr>{table.header.map((head, index) => cell("th", head, index))}</tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>{row.map((data, at) => cell("td", data, at))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(token: Token): ReactNode {
  const { tokens, text } = token as { tokens?: Token[]; text?: string };
  return tokens ? spans(tokens) : (text ?? token.raw);
}

function spans(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Span key={index} token={token} />);
}

function Span({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token)}</strong>;
    case "em":
      return <em>{inline(token)}</em>;
    case "del":
      return <del>{inline(token)}</del>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link": {
      const href = safeLink((token as Tokens.Link).href, location.origin);
      if (href === undefined) return <span>{inline(token)}</span>;
      return (
        <a href={href} rel="noopener noreferrer nofollow" target="_blank">
          {inline(token)}
        </a>
      );
    }
    case "image": {
      // A picture from elsewhere would tell its server who reads this: it becomes a link.
      const { href, text } = token as Tokens.Image;
      const safe = safeLink(href, location.origin);
      if (safe === undefined) return <span>{text}</span>;
      return (
        <a href={safe} rel="noopener noreferrer nofollow" target="_blank">
          {text || safe}
        </a>
      );
    }
    case "math": {
      const { text, isDisplay } = token as MathToken;
      return <MathSpan text={text} isDisplay={isDisplay} />;
    }
    case "text":
    case "escape":
      return "tokens" in token && token.tokens ? spans(token.tokens) : unescape((token as Tokens.Text).text);
    default:
      return token.raw;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: "\u00a0",
};

function unescape(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name]!);
}
