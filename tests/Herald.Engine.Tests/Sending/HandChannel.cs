using System.Text;
using System.Threading.Channels;
using Herald.Engine.Channels;

namespace Herald.Engine.Tests.Sending;

/// <summary>A way to deliver that hands every attempt to the test, which answers it when it likes. Ends an attempt when it is cancelled.</summary>
internal sealed class HandChannel : IChannel
{
    private readonly Channel<Tried> _tried = System.Threading.Channels.Channel.CreateUnbounded<Tried>();

    public IReadOnlyList<string> Schemes { get; } = ["http"];

    /// <summary>Attempts that no test has taken yet.</summary>
    public int Waiting => _tried.Reader.Count;

    /// <summary>Who answers an attempt goes on when its result has reached its shard, and not before.</summary>
    public bool AnswersAtOnce { get; set; }

    /// <summary>The next attempt, once it has come.</summary>
    public ValueTask<Tried> NextAsync() => _tried.Reader.ReadAsync(Xunit.TestContext.Current.CancellationToken);

    public string? Refuse(Uri endpoint) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        // Copied: the event is lent until the attempt has ended.
        var tried = new Tried(attempt, Encoding.UTF8.GetString(attempt.Event.Payload.Span), AnswersAtOnce);
        await _tried.Writer.WriteAsync(tried, CancellationToken.None);
        using var ended = cancel.Register(() => tried.Ended.TrySetCanceled(cancel));
        return await tried.Ended.Task;
    }

    internal sealed record Tried(Attempt Attempt, string Payload, bool AnswersAtOnce = false)
    {
        public TaskCompletionSource<AttemptResult> Ended { get; } =
            new(AnswersAtOnce ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answer(AttemptResult result) => Ended.SetResult(result);
    }
}
