using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Providers;
using Microsoft.Extensions.Logging;

namespace Herald.Push;

/// <summary>Delivers messages to devices or browsers through the providers of one kind of push service.</summary>
/// <param name="scheme">Also the section of the settings.</param>
/// <param name="example">What a recipient is, for messages that have none.</param>
/// <param name="refuseTo">What is wrong with a recipient, as a sentence; null when nothing is.</param>
/// <param name="owned">What the providers use. The channel disposes it, the last first.</param>
internal sealed class PushChannel(
    string scheme, string example, Func<string, string?> refuseTo, IEnumerable<IProvider> providers, IReadOnlyList<IDisposable> owned,
    TimeProvider time, ILogger logger) : MessageChannel(scheme, [scheme], providers, time, logger), IDisposable
{
    private const int Shown = 12;

    protected override string? RefuseTo(string to) => refuseTo(to);

    protected override FieldProblem? Refuse(Message message, string? to) => to is null
        ? FieldProblem.Of("/to", "missing", $"Neither the message nor the endpoint says to whom. Write {example}.")
        : refuseTo(to) is { } problem ? FieldProblem.Of("/to", Masked(to), problem) : null;

    /// <summary>Whoever knows the address of a device can send to it, so it is not shown.</summary>
    private static string Masked(string to) =>
        to.TrimStart().StartsWith('{') ? "(a browser's subscription)" : to.Length <= Shown ? to : $"{to[..Shown]}…";

    public void Dispose()
    {
        for (var i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
    }
}
