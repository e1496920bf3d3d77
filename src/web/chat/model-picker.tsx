import { lazy, Suspense, useRef, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import type { AppModel } from "#protocol";
import { useSession } from "../app/queries.ts";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";

const loadList = () => import("./model-list.tsx");
const ModelList = lazy(async () => ({ default: (await loadList()).ModelList }));

interface ModelPickerProps {
  readonly models: readonly AppModel[];
  readonly model: string | undefined;
  readonly onChange: (model: string) => void;
}

/** Which model answers. The list of them comes when one is about to open it. */
export function ModelPicker({ models, model, onChange }: ModelPickerProps) {
  const words = useWords();
  const navigate = useNavigate();
  const { data: user } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const speed = models.find(({ id }) => id === model)?.tokensPerSecond;
  const choose = (id: string) => {
    setOpen(false);
    // What is not here yet is deployed where one sees what it takes.
    if (models.find((candidate) => candidate.id === id)?.ready === true) onChange(id);
    else void navigate({ to: "/console/models", hash: id });
  };
  return (
    <div className="min-w-0">
      <button
        ref={button}
        type="button"
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        className="flex min-h-9 max-w-full items-center gap-1 rounded-md px-2 text-sm hover:bg-sunken pointer-coarse:min-h-11"
        onPointerEnter={() => void loadList()}
        onFocus={() => void loadList()}
        onClick={() => setOpen(true)}
      >
        <span className="sr-only">{words.t("composer.model")} </span>
        {/* The speed is part of the value: the button is named as it reads. */}
        <span className="truncate">
          {model ?? words.t("composer.noModel")}
          {speed !== undefined && (
            <span className="num text-ink-3 max-sm:hidden">
              {" "}
              · {words.t("composer.speed", { n: Math.round(speed) })}
            </span>
          )}
        </span>
        <Icon name="chevron" size={16} />
      </button>
      {isOpen && (
        <Suspense>
          <ModelList
            trigger={button}
            models={models}
            model={model}
            mayDeploy={user?.scopes.includes("admin") === true}
            onChoose={choose}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </div>
  );
}
