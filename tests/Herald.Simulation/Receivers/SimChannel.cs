using System.Diagnostics;
using Herald.Engine.Channels;
using Herald.Simulation.Judges;
using Herald.Simulation.Runs;
using Herald.Simulation.Traces;

namespace Herald.Simulation.Receivers;

/// <summary>
/// The way from a process to the receivers. A request can get lost, its answer can get lost, and both can be late. So a receiver can have
/// acknowledged an event without the process knowing it.
/// </summary>
/// <param name="schemes">The schemes, of <see cref="Near"/> and <see cref="Far"/>, that this process can send to.</param>
internal sealed class SimChannel(
    SimProcess process, NodeView node, IReadOnlyDictionary<string, SimReceiver> receivers, Judge judge, Teller teller, params IReadOnlyList<string> schemes) : IChannel
{
    public const string Near = "sim", Far = "far";
    private readonly Simulator _simulator = process.Simulator;
    private readonly Requests _requests = new(teller);
    private readonly Dictionary<string, long> _holdsUntilMs = [];

    public IReadOnlyList<string> Schemes => schemes;

    /// <summary>Nothing can be sent without it, so a node that loses one stands still.</summary>
    public SecretRules? Secret { get; } = new(32, 32, "32 bytes.", () => new byte[32]);

    public static string SchemeOf(string subscription) => subscription[^1] % 2 == 0 ? Far : Near;

    public string? Refuse(Uri endpoint) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        _simulator.CheckThread();
        if (NotTriedFor(attempt.Subscription.Endpoint.Address.Host) is { } wait)
        {
            // Nothing is sent, so there is nothing to judge.
            _simulator.Reached.Count("attempts that a channel did not make");
            return AttemptResult.NotTried("no turn", wait);
        }
        var request = _requests.OnBegun(process, attempt);
        var delivery = Begin(attempt);
        var receiver = receivers[attempt.Subscription.Endpoint.Address.Host];
        var (began, timeout) = (_simulator.NowMs, (long)attempt.Subscription.Limits.Timeout.TotalMilliseconds);
        var answer = new TaskCompletionSource<AttemptResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var given = cancel.Register(() => answer.TrySetCanceled(cancel));
        var plan = MayBeLate(receiver, Plan(receiver, attempt));
        if (plan.ArrivesAfterMs is { } arrives)
        {
            _simulator.In(arrives, () =>
            {
                if (plan.Result.Outcome != AttemptOutcome.Delivered)
                    return;
                judge.OnAcknowledged(delivery);
                _requests.OnReceived(request);
            });
        }
        if (plan.AnswersAfterMs is { } answers && answers < timeout)
            _simulator.In(answers, () => answer.TrySetResult(plan.AnswerLost ? Broken : plan.Result));
        else
            _simulator.In(timeout, () => answer.TrySetResult(TimedOut));
        try
        {
            return await answer.Task with { Duration = TimeSpan.FromMilliseconds(_simulator.NowMs - began) };
        }
        finally
        {
            _requests.OnEnded(request, answer.Task.IsCanceled ? null : answer.Task.Result);
            judge.OnEnded(node, delivery, answer.Task.IsCanceled ? null : answer.Task.Result);
        }
    }

    /// <summary>A channel has bounds of its own on each node. This one sends nothing to a host for some time.</summary>
    private TimeSpan? NotTriedFor(string host)
    {
        var until = _holdsUntilMs.GetValueOrDefault(host);
        if (until <= _simulator.NowMs && receivers[host].Mood == ReceiverMood.Throttling && _simulator.Draw(0.2))
            _holdsUntilMs[host] = until = _simulator.NowMs + _simulator.Draw(1, 500);
        return until > _simulator.NowMs ? TimeSpan.FromMilliseconds(until - _simulator.NowMs) : null;
    }

    private static readonly AttemptResult TimedOut = Fails(AttemptStage.Wait, null, "no response in time", troubled: true);
    private static readonly AttemptResult Broken = Fails(AttemptStage.Wait, null, "connection reset", troubled: true);
    private static readonly AttemptResult Refused = Fails(AttemptStage.Connect, null, "connection refused", troubled: true);

    // The engine treats every exception of a channel as a failed attempt, so the violation must also be stored.
    private Delivery Begin(in Attempt attempt)
    {
        try
        {
            return judge.OnStart(node, attempt);
        }
        catch (Violation broken)
        {
            _simulator.Broken ??= broken;
            throw;
        }
    }

    private readonly record struct Answering(long? ArrivesAfterMs, long? AnswersAfterMs, AttemptResult Result, bool AnswerLost);

    private Answering Plan(SimReceiver receiver, in Attempt attempt)
    {
        var arrives = _simulator.Draw(0, 5);
        var answers = arrives + _simulator.Draw(0, 10);
        if (receiver.AlwaysWell)
            return new(arrives, answers, AttemptResult.Delivered, false);
        var lost = receiver.Mood != ReceiverMood.Well && _simulator.Draw(0.05);
        if (lost)
            _simulator.Reached.Count("acknowledged, but the answer was lost");
        if (receiver.Mood is ReceiverMood.Well or ReceiverMood.Moody && attempt.Event.KeyText is { } key && receiver.Poison.Contains(key))
            return new(arrives, answers, Fails(AttemptStage.Response, 500, "poison"), false);
        switch (receiver.Mood)
        {
            case ReceiverMood.Moody:
                var late = answers + _simulator.Draw(0, 400);
                return _simulator.Draw(0.2) ? new(arrives, late, Fails(AttemptStage.Response, 500, "moody"), lost) : new(arrives, late, AttemptResult.Delivered, lost);
            case ReceiverMood.Failing:
                return new(arrives, answers, Fails(AttemptStage.Response, 500, "failing"), false);
            case ReceiverMood.Throttling:
                _simulator.Reached.Count("throttled");
                var again = TimeSpan.FromMilliseconds(_simulator.Draw(10, 3000));
                return new(arrives, answers, Fails(AttemptStage.Response, _simulator.Draw(0.5) ? 429 : 503, "throttled", troubled: true) with { RetryAfter = again }, false);
            case ReceiverMood.Hanging:
                _simulator.Reached.Count("acknowledged after the time-out, if at all");
                return new(_simulator.Draw(0.5) ? _simulator.Draw(0, 10_000) : null, null, AttemptResult.Delivered, false);
            case ReceiverMood.Down:
                return new(null, answers, Refused, false);
            case ReceiverMood.Gone:
                _simulator.Reached.Count("said to be gone");
                return new(arrives, answers, new AttemptResult { Outcome = AttemptOutcome.EndpointGone, Stage = AttemptStage.Response, StatusCode = 410, Reason = "gone" }, false);
            case ReceiverMood.Well:
                return new(arrives, answers, AttemptResult.Delivered, false);
            default:
                throw new UnreachableException($"{receiver.Mood}");
        }
    }

    // The message names a time, which is long over. Or the channel sends nothing, because it knows that before.
    private Answering MayBeLate(SimReceiver receiver, Answering usual)
    {
        if (!receiver.HasLateMessages || receiver.AlwaysWell)
            return usual;
        if (_simulator.Draw(0.03))
        {
            _simulator.Reached.Count("messages that were too late to be sent");
            return new(null, _simulator.Draw(0, 10), new AttemptResult { Outcome = AttemptOutcome.Expired, Stage = AttemptStage.Guard, Reason = "too late" }, false);
        }
        if (usual.Result.Outcome != AttemptOutcome.Failed || !_simulator.Draw(0.3))
            return usual;
        _simulator.Reached.Count("failures of messages that are too late for another attempt");
        return usual with { Result = usual.Result with { NotAfterMs = _simulator.NowMs + process.SkewMs - LateByMs } };
    }

    // More than an attempt takes, and more than the engine's wall clock can differ from the process's.
    private const long LateByMs = 10_000;

    private static AttemptResult Fails(AttemptStage stage, int? status, string reason, bool troubled = false) =>
        new() { Outcome = AttemptOutcome.Failed, Stage = stage, StatusCode = status, Reason = reason, EndpointTroubled = troubled };
}
