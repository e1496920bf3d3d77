import { useEffect, useRef, useState } from "react";
import { PULL_STEPS } from "../../app/admin-views.ts";
import type { PullView } from "../../app/admin-views.ts";
import { useConsoleWords } from "../console-words.tsx";
import { StepBar } from "../parts/step-bar.tsx";

/** How far a model is on its way into service: bytes, speed, what is left of the download. */
export function PullProgress({ pull }: { readonly pull: PullView }) {
  const words = useConsoleWords();
  const { t } = words;
  const speed = useSpeed(pull);
  const at = PULL_STEPS.indexOf(pull.step);
  const isWhole = pull.status === "done";
  const fractionOf = (index: number) => {
    if (isWhole || index < at) return 1;
    if (index > at) return 0;
    return pull.step === "pull" ? pull.done_bytes / (pull.total_bytes ?? Infinity) : pull.fraction;
  };
  const steps = PULL_STEPS.map((key, index) => ({ key, name: t(`models.step.${key}`), fraction: fractionOf(index) }));
  const isPulling = pull.step === "pull" && pull.status === "running" && pull.total_bytes !== null;
  const left = speed && isPulling ? Math.ceil((pull.total_bytes! - pull.done_bytes) / speed) : undefined;
  return (
    <div>
      <StepBar
        label={t("models.progress", { name: pull.model })}
        steps={steps}
        current={pull.status === "running" ? pull.step : undefined}
      />
      {isPulling && (
        <p className="num mt-1 text-[13px] text-ink-2">
          {t("models.bytesOf", { done: words.bytes(pull.done_bytes), total: words.bytes(pull.total_bytes!) })}
          {speed !== undefined && ` · ${words.bytes(speed)}/s`}
          {left !== undefined && ` · ${t("models.left", { time: words.duration(left) })}`}
        </p>
      )}
    </div>
  );
}

/** Bytes per second, over the latest seconds. */
function useSpeed({ done_bytes: done, id }: PullView): number | undefined {
  const first = useRef<{ readonly id: string; readonly bytes: number; readonly ms: number }>(undefined);
  const [speed, setSpeed] = useState<number>();
  useEffect(() => {
    const now = performance.now();
    const before = first.current;
    if (before?.id !== id || now - before.ms > 10_000) first.current = { id, bytes: done, ms: now };
    if (before?.id === id && now - before.ms > 500 && done > before.bytes)
      setSpeed(((done - before.bytes) / (now - before.ms)) * 1000);
  }, [done, id]);
  return speed;
}
