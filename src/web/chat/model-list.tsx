import type { RefObject } from "react";
import {
  Autocomplete,
  Dialog,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  useFilter,
} from "react-aria-components";
import type { AppModel } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { factsOf } from "./model-facts.ts";

interface ModelListProps {
  readonly trigger: RefObject<HTMLElement | null>;
  readonly models: readonly AppModel[];
  readonly model: string | undefined;
  readonly mayDeploy: boolean;
  readonly onChoose: (id: string) => void;
  readonly onClose: () => void;
}

/** The models, with a field that finds one among many. */
export function ModelList({ trigger, models, model, mayDeploy, onChoose, onClose }: ModelListProps) {
  const words = useWords();
  const { t } = words;
  const { contains } = useFilter({ sensitivity: "base" });
  const isOpen = ({ ready, canBeDeployed }: AppModel) => ready || (mayDeploy && canBeDeployed === true);
  return (
    <Popover
      triggerRef={trigger}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      placement="top start"
      className="popover flex max-h-96 w-80 flex-col overflow-hidden"
    >
      <Dialog aria-label={t("composer.model")} className="flex min-h-0 flex-col outline-none">
        <Autocomplete filter={contains}>
          <SearchField aria-label={t("composer.findModel")} autoFocus className="mb-1 flex items-center gap-2 px-2">
            <Icon name="search" size={16} />
            <Input
              placeholder={t("composer.findModel")}
              className="min-h-9 w-full bg-transparent text-sm outline-none placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
            />
          </SearchField>
          <ListBox
            aria-label={t("composer.model")}
            items={models}
            selectionMode="single"
            selectedKeys={model === undefined ? [] : [model]}
            disabledKeys={models.filter((candidate) => !isOpen(candidate)).map(({ id }) => id)}
            onSelectionChange={(keys) => {
              // To press the chosen one takes it out: it stays.
              const [key = model] = keys === "all" ? [] : keys;
              if (key !== undefined) onChoose(String(key));
            }}
            className="min-h-0 overflow-y-auto outline-none"
            renderEmptyState={() => <p className="px-2.5 py-2 text-sm text-ink-2">{t("palette.nothing")}</p>}
          >
            {(item) => (
              <ListBoxItem
                id={item.id}
                textValue={item.id}
                className="menu-item flex-col items-start gap-0 data-[selected]:font-semibold"
              >
                <span className="flex w-full items-center justify-between gap-2">
                  <span className={`truncate ${item.ready ? "" : "text-ink-3"}`}>{item.id}</span>
                  {!item.ready && mayDeploy && item.canBeDeployed && (
                    <span className="shrink-0 text-xs font-medium text-accent">{t("composer.deploy")}</span>
                  )}
                </span>
                <span className="num max-w-full text-xs font-normal text-ink-2">{factsOf(item, words)}</span>
              </ListBoxItem>
            )}
          </ListBox>
        </Autocomplete>
      </Dialog>
    </Popover>
  );
}
