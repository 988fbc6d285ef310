using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Herald.Engine.Channels;

namespace Herald.Delivery.Tests;

/// <summary>Decides how a receiver answers an event. The key is a number; the payload is the number of the event in its key.</summary>
internal delegate ValueTask<AttemptResult> Script(int key, int number, CancellationToken cancel);

/// <summary>Receivers in this process, one for each subscription, each with a script and a judge.</summary>
internal sealed class ScriptedChannel : IChannel
{
    public static readonly AttemptResult Ok = AttemptResult.Delivered with { StatusCode = 200, Duration = TimeSpan.FromMilliseconds(1) };

    private readonly ConcurrentDictionary<string, Script> _scripts = new();
    private readonly ConcurrentDictionary<string, Judge> _judges = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _ids = new();
    private readonly ConcurrentDictionary<string, byte[]> _secrets = new();

    /// <summary>Read when a node starts.</summary>
    public IReadOnlyList<string> Schemes { get; set; } = ["test"];

    /// <summary>Null: endpoints have no secret.</summary>
    public SecretRules? Secret { get; set; }

    public static AttemptResult Fail(int status) => new()
    {
        Outcome = status == 410 ? AttemptOutcome.EndpointGone : AttemptOutcome.Failed,
        Stage = AttemptStage.Response,
        StatusCode = status,
        Reason = $"answered {status}",
        EndpointTroubled = status is 0 or 429 or 503,
    };

    public void Answer(string subscription, Script script) => _scripts[subscription] = script;

    /// <summary>The ids of all attempts, in the order in which they began.</summary>
    public IReadOnlyCollection<string> IdsOf(string subscription) => _ids.GetOrAdd(subscription, _ => new());

    /// <summary>The secret of the latest attempt; empty without one.</summary>
    public byte[] SecretOf(string subscription) => _secrets.GetValueOrDefault(subscription) ?? [];

    public Judge JudgeOf(string subscription) => _judges.GetOrAdd(subscription, _ => new Judge());

    /// <summary>The engine has failed. Tests that wait for a receipt fail with this.</summary>
    public void Fail(Exception failure)
    {
        foreach (var judge in _judges.Values)
            judge.Fail(failure);
    }

    public string? Refuse(Uri address) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var (host, id, generation, redelivery) = (attempt.Subscription.Endpoint.Address.Host, attempt.MessageId, attempt.Subscription.Generation, attempt.Redelivery);
        if (!attempt.Secrets.AreNone)
            _secrets[host] = attempt.Secrets.Current.ToArray();
        if (attempt.Event.TypeText == "herald.test")
            return Ok;
        var key = int.Parse(Encoding.UTF8.GetString(attempt.Event.Key), CultureInfo.InvariantCulture);
        var number = int.Parse(Encoding.UTF8.GetString(attempt.Event.Payload.Span), CultureInfo.InvariantCulture);
        var judge = JudgeOf(host);
        judge.Tried();
        _ids.GetOrAdd(host, _ => new()).Enqueue(id);
        var result = _scripts.TryGetValue(host, out var script) ? await script(key, number, cancel) : Ok;
        if (result.Outcome == AttemptOutcome.Delivered)
            judge.Receive(key, number, id, generation, redelivery);
        return result;
    }
}
