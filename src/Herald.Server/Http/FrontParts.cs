using Herald.Engine;
using Herald.Hosting.Modules;
using Herald.Server.Security;

namespace Herald.Server.Http;

/// <summary>What the HTTP front uses.</summary>
internal sealed record FrontParts(
    ServerOptions Options, HeraldEngine Engine, OpenStore Store, TimeProvider Time, Task Failed, AccessRules Access,
    CancellationToken Stopping);
