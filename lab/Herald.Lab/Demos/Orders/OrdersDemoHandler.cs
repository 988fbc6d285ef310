using System.Security.Cryptography;
using Herald.Client;
using Herald.Lab.Catchers;

namespace Herald.Lab.Demos.Orders;

/// <summary>A handler that registers for a customer, and that can be killed.</summary>
internal sealed class OrdersDemoHandler : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Catcher _catcher;
    private readonly TimeProvider _time;
    private Registrar? _registrar;

    /// <param name="number">1 for the first handler.</param>
    /// <param name="caught">Called for each answered webhook.</param>
    public OrdersDemoHandler(int number, Mode mode, Action<Catch> caught, TimeProvider time)
    {
        (Number, _time) = (number, time);
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _catcher = new Catcher(
            number, 0, secret, new Misbehaviour(new(mode), LatencyRange.Usual, time, new Random(number)), caught,
            () => CatcherMetrics.Write([_catcher!]), time);
    }

    public int Number { get; }
    public CatcherCounts Counts => _catcher.Counts;
    public Mode Mode => _catcher.Misbehaviour.Now;
    public bool IsKilled { get; private set; }

    /// <summary>The customer of the handler; null while it is idle.</summary>
    public Guid? Customer => _catcher.Customer;

    /// <summary>Completes with Herald's answer when Herald refuses, or without one when the handler is disposed.</summary>
    public Task<Reply?> Registering { get; private set; } = Task.FromResult<Reply?>(null);

    public async Task StartAsync(HeraldClient client, TimeSpan window, CancellationToken cancel)
    {
        await _catcher.StartAsync(cancel);
        _registrar = new Registrar(
            _catcher, new RegistrationClient(client, _catcher.Endpoint, _catcher.Secret!, window, _time), _ => { }, _time,
            new Random(-Number));
        Registering = _registrar.RunAsync(_over.Token);
    }

    /// <summary>Stops receiving at once, without notifying Herald.</summary>
    public async Task KillAsync()
    {
        IsKilled = true;
        _registrar!.Leaves = false;
        await _over.CancelAsync();
        await _catcher.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Registering.ContinueWith(_ => { }, TaskScheduler.Default);
        await _catcher.DisposeAsync();
        _over.Dispose();
    }
}
