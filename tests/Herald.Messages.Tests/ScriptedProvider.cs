using Herald.Engine.Channels;
using Herald.Messages.Providers;

namespace Herald.Messages.Tests;

/// <summary>A provider that answers at once, hangs or throws, as a test says.</summary>
internal sealed class ScriptedProvider(string name, NoteOptions options) : IProvider
{
    public string Name => name;
    public ProviderOptions Options => options;
    public ProviderResult Answer { get; set; } = ProviderResult.Accepted;

    /// <summary>The stage at which it hangs until it is cancelled.</summary>
    public AttemptStage? Hangs { get; set; }

    /// <summary>Thrown after the message may have arrived.</summary>
    public Exception? Throws { get; set; }

    /// <summary>Its name, once for each message that it was asked to send.</summary>
    public List<string> Names { get; } = [];

    /// <summary>What it does with a sending instead of all else.</summary>
    public Func<Sending, CancellationToken, ValueTask<ProviderResult>>? Does { get; set; }

    public bool RecipientsChooseService { get; init; }

    public string? LastTo { get; private set; }

    /// <summary>The time that the last message had.</summary>
    public TimeSpan LastTime { get; private set; }

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        lock (Names)
            Names.Add(name);
        (LastTo, LastTime) = (sending.To, sending.Time);
        if (Does is { } action)
            return await action(sending, cancel);
        if (Throws is { } failure)
        {
            sending.NoteMayHaveArrived();
            throw failure;
        }
        if (Hangs is { } stage)
        {
            sending.Reached(stage);
            if (stage == AttemptStage.Wait)
                sending.NoteMayHaveArrived();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        }
        return Answer;
    }
}
