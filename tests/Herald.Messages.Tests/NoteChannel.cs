using Herald.Messages.Providers;
using Microsoft.Extensions.Logging;

namespace Herald.Messages.Tests;

internal sealed record NoteOptions : ProviderOptions;

/// <summary>A channel over providers that a test controls.</summary>
internal sealed class NoteChannel(IEnumerable<IProvider> providers, TimeProvider time, ILogger? logger = null)
    : MessageChannel("note", ["note"], providers, time, logger)
{
    protected override string? RefuseTo(string to) => to == "nobody" ? "There is no such person." : null;
}
