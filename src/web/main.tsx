import "@fontsource-variable/geist-mono/wght.css";
import "@fontsource-variable/instrument-sans/wght.css";
import "./styles/app.css";
import { createRoot } from "react-dom/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Api, ApiError } from "./app/api.ts";
import { PreferenceStore } from "./app/preferences.ts";
import { SESSION } from "./app/queries.ts";
import { createAppRouter } from "./app/router.tsx";
import { ServicesProvider } from "./app/services.tsx";
import type { Services } from "./app/services.tsx";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a lost connection is tried again.
      retry: (count, error) => count < 3 && !(error instanceof ApiError && error.status > 0),
    },
  },
});
const router = createAppRouter();
const api = new Api(() => {
  queries.removeQueries({ queryKey: SESSION });
  void router.navigate({ to: "/login", replace: true });
});
const services: Services = { api, preferences: new PreferenceStore() };

createRoot(document.querySelector("#root")!).render(
  <QueryClientProvider client={queries}>
    <ServicesProvider services={services}>
      <RouterProvider router={router} />
    </ServicesProvider>
  </QueryClientProvider>,
);
