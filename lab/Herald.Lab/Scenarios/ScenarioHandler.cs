using System.Security.Cryptography;
using Herald.Client;
using Herald.Lab.Catchers;

namespace Herald.Lab.Scenarios;

/// <summary>One customer with its handler.</summary>
internal sealed class ScenarioHandler : IAsyncDisposable
{
    private readonly Guid _customer;
    private readonly HandlerRecord _record;
    private readonly Catcher _catcher;

    /// <param name="since">Converts a time to the clock of the run, which starts with the load.</param>
    public ScenarioHandler(
        HandlerRole role, int number, Guid customer, HandlerRecord record, Action<Catch> delivered, Func<DateTime, TimeSpan> since, int seed, TimeProvider time)
    {
        (_customer, _record) = (customer, record);
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _catcher = new Catcher(
            number, 0, secret, new Misbehaviour(new(role.Usual), LatencyRange.Usual, time, new Random(seed)), Caught,
            () => CatcherMetrics.Write([_catcher!]), time);

        void Caught(Catch one)
        {
            record.Answered(
                one.Answer, one.Webhook.Attempt, one.IsFirst, one.Order is { } order ? since(order.OccurredAt) : null,
                since(time.GetUtcNow().UtcDateTime));
            if (!one.Answer.Fails)
                delivered(one);
        }
    }

    public HandlerRole Role => _record.Role;
    public HandlerRecord Record => _record;
    public CatcherCounts Counts => _catcher.Counts;
    public Mode Mode => _catcher.Misbehaviour.Now;

    public HandlerFigures Figures() => _record.Figures(_catcher.Order.Violations);

    public Task StartAsync(CancellationToken cancel) => _catcher.StartAsync(cancel);

    /// <summary>
    /// Retries start soon, so that the failure of a third of them is not a long wait. In the end they come every three seconds: after hell
    /// a sixth of the orders fails again, and of those a sixth, and the last of a thousand orders must succeed within a phase. No delivery
    /// becomes a dead letter.
    /// </summary>
    public Task<Reply<CustomerWebhook>> SubscribeAsync(HeraldClient client, CancellationToken cancel) =>
        client.Orders.PutWebhookAsync(_customer, new WebhookDefinition
        {
            Url = _catcher.Endpoint.ToString(),
            Secret = _catcher.Secret,
            Retry = new RetryPolicy
            {
                Strategy = "exponential",
                Base = TimeSpan.FromMilliseconds(100),
                Factor = 2,
                Cap = TimeSpan.FromSeconds(3),
                Jitter = 0.2,
                MaxAge = TimeSpan.FromHours(1),
            },
        }, cancel: cancel);

    /// <summary>Must be called when a phase begins.</summary>
    public void Enter(Phase phase)
    {
        if (Role.GoesToHell)
            _catcher.Misbehaviour.Become(phase == Phase.Hell ? Mode.Hell : Role.Usual);
    }

    public ValueTask DisposeAsync() => _catcher.DisposeAsync();
}
