using Herald.Engine;
using Herald.Journal;
using Herald.Server.Security;

namespace Herald.Server.Hosting;

/// <summary>What the HTTP front stands on.</summary>
internal sealed record FrontParts(
    ServerOptions Options, HeraldEngine Engine, JournalStore Journal, ServerServices Services, Task Failed, AccessRules Access, CancellationToken Stopping);
