import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, redirect } from "@tanstack/react-router";
import { useWords } from "./services.tsx";
import { Shell } from "./shell.tsx";

function NotFound() {
  const { t } = useWords();
  return (
    <div className="m-auto p-6 text-center">
      <h1 className="mb-4">{t("app.notFound")}</h1>
      <Link to="/chat" className="button">
        {t("app.toChat")}
      </Link>
    </div>
  );
}

/** Every address of the app. A page without a server behind it does not exist. */
export function createAppRouter() {
  const root = createRootRoute({ component: Shell });
  const index = createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/chat" });
    },
  });
  const login = createRoute({
    getParentRoute: () => root,
    path: "/login",
    component: lazyRouteComponent(() => import("../pages/login-page.tsx"), "LoginPage"),
  });
  const setup = createRoute({
    getParentRoute: () => root,
    path: "/setup",
    component: lazyRouteComponent(() => import("../pages/setup-page.tsx"), "SetupPage"),
  });
  const signedIn = createRoute({
    getParentRoute: () => root,
    id: "signed-in",
    component: lazyRouteComponent(() => import("./signed-in.tsx"), "SignedIn"),
  });
  const chat = createRoute({
    getParentRoute: () => signedIn,
    path: "/chat",
    component: lazyRouteComponent(() => import("../chat/chat-layout.tsx"), "ChatLayout"),
  });
  const chatPage = lazyRouteComponent(() => import("../chat/chat-page.tsx"), "ChatPage");
  const newChat = createRoute({ getParentRoute: () => chat, path: "/", component: chatPage });
  const openChat = createRoute({ getParentRoute: () => chat, path: "$id", component: chatPage });
  const share = createRoute({
    getParentRoute: () => signedIn,
    path: "/share/$token",
    component: lazyRouteComponent(() => import("../pages/share-page.tsx"), "SharePage"),
  });
  const settings = createRoute({
    getParentRoute: () => signedIn,
    path: "/settings",
    component: lazyRouteComponent(() => import("../pages/settings-page.tsx"), "SettingsPage"),
  });
  const console = createRoute({
    getParentRoute: () => signedIn,
    path: "/console",
    component: lazyRouteComponent(() => import("../console/console-layout.tsx"), "ConsoleLayout"),
  });
  const overviewPage = createRoute({
    getParentRoute: () => console,
    path: "/",
    component: lazyRouteComponent(() => import("../console/overview-page.tsx"), "OverviewPage"),
  });
  const playgroundPage = createRoute({
    getParentRoute: () => console,
    path: "playground",
    component: lazyRouteComponent(() => import("../console/playground-page.tsx"), "PlaygroundPage"),
  });
  const modelsPage = createRoute({
    getParentRoute: () => console,
    path: "models",
    component: lazyRouteComponent(() => import("../console/models-page.tsx"), "ModelsPage"),
  });
  const keysPage = createRoute({
    getParentRoute: () => console,
    path: "keys",
    component: lazyRouteComponent(() => import("../console/keys-page.tsx"), "KeysPage"),
  });
  const batchesPage = createRoute({
    getParentRoute: () => console,
    path: "batches",
    component: lazyRouteComponent(() => import("../console/batches-page.tsx"), "BatchesPage"),
  });
  const usagePage = createRoute({
    getParentRoute: () => console,
    path: "usage",
    component: lazyRouteComponent(() => import("../console/usage-page.tsx"), "UsagePage"),
  });
  const commitmentPage = createRoute({
    getParentRoute: () => console,
    path: "commitment",
    component: lazyRouteComponent(() => import("../console/commitment-page.tsx"), "CommitmentPage"),
  });
  const limitsPage = createRoute({
    getParentRoute: () => console,
    path: "limits",
    component: lazyRouteComponent(() => import("../console/limits-page.tsx"), "LimitsPage"),
  });
  const policyPage = createRoute({
    getParentRoute: () => console,
    path: "policy",
    component: lazyRouteComponent(() => import("../console/policy-page.tsx"), "PolicyPage"),
  });
  const moderationPage = createRoute({
    getParentRoute: () => console,
    path: "moderation",
    component: lazyRouteComponent(() => import("../console/moderation-page.tsx"), "ModerationPage"),
  });
  const membersPage = createRoute({
    getParentRoute: () => console,
    path: "members",
    component: lazyRouteComponent(() => import("../console/members-page.tsx"), "MembersPage"),
  });
  const auditPage = createRoute({
    getParentRoute: () => console,
    path: "audit",
    component: lazyRouteComponent(() => import("../console/audit-page.tsx"), "AuditPage"),
  });
  return createRouter({
    routeTree: root.addChildren([
      index,
      login,
      setup,
      signedIn.addChildren([
        chat.addChildren([newChat, openChat]),
        share,
        settings,
        console.addChildren([
          overviewPage,
          playgroundPage,
          modelsPage,
          keysPage,
          batchesPage,
          usagePage,
          commitmentPage,
          limitsPage,
          policyPage,
          moderationPage,
          membersPage,
          auditPage,
        ]),
      ]),
    ]),
    defaultPreload: "intent",
    defaultNotFoundComponent: NotFound,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
