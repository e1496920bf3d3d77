import { useEffect, useState } from "react";

/** Sends what was asked to be sent too early as soon as it can be: nobody's question is lost for having been quick. */
export function useSendWhenReady(isReady: boolean, send: () => void) {
  const [isWaiting, setWaiting] = useState(false);
  useEffect(() => {
    if (!isWaiting || !isReady) return;
    setWaiting(false);
    send();
  }, [isWaiting, isReady, send]);
  return { isWaiting, wait: () => setWaiting(true), callOff: () => setWaiting(false) };
}
