using System.Text;
using System.Threading.Channels;
using Herald.Engine.Channels;

namespace Herald.Engine.Tests.Sending;

/// <summary>A channel that hands every attempt to the test. The test decides when it answers. A cancelled attempt ends.</summary>
internal sealed class HandChannel : IChannel
{
    private readonly Channel<Tried> _tried = System.Threading.Channels.Channel.CreateUnbounded<Tried>();

    public IReadOnlyList<string> Schemes { get; } = ["http"];

    public SecretRules? Secret { get; set; }

    public int Waiting => _tried.Reader.Count;

    /// <summary>When true, <see cref="Tried.Answer"/> returns only once the result has reached the shard.</summary>
    public bool AnswersAtOnce { get; set; }

    /// <summary>Waits for the next attempt.</summary>
    public ValueTask<Tried> NextAsync() => _tried.Reader.ReadAsync(Xunit.TestContext.Current.CancellationToken);

    public string? Refuse(Uri endpoint) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        // The payload is copied: the event may be used only until the attempt has ended.
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
