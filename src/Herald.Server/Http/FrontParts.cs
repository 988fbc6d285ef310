using Herald.Engine;
using Herald.Server.Security;
using Herald.Server.Stores;

namespace Herald.Server.Http;

/// <summary>What the HTTP front is built from.</summary>
internal sealed record FrontParts(
    ServerOptions Options, HeraldEngine Engine, OpenStore Store, ServerServices Services, Task Failed, AccessRules Access, CancellationToken Stopping);
