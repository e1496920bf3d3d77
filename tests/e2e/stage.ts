import type { Browser, BrowserContext } from "playwright-core";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer, AppServerOptions } from "../support/app-server.ts";
import { builtWebApp } from "../support/web-app.ts";
import { launchBrowser, signIn } from "./browser.ts";
import { scripted } from "./scripted-model.ts";

export interface Stage {
  readonly server: AppServer;
  readonly browser: Browser;
  /** Windows of whoever signed in with the server's key. */
  readonly context: BrowserContext;
  /** A page left open by a failed test would hold one of the six connections that a browser allows. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** Windows of the size that tests look at pages in. */
export const DESK = { viewport: { width: 1280, height: 800 }, locale: "en-US" };

/** The product with a scripted model, and a browser that is signed in. */
export async function openStage(options: Partial<AppServerOptions> = {}): Promise<Stage> {
  const server = await startAppServer({ webRoot: builtWebApp(), disturb: scripted, ...options });
  const browser = await launchBrowser();
  const context = await browser.newContext(DESK);
  await signIn(context, server);
  return {
    server,
    browser,
    context,
    async closePages() {
      for (const page of context.pages()) await page.close();
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
