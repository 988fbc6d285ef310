using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Herald.TestKit.Receivers;

namespace Herald.Orders.Tests.Registrations;

/// <summary>A handler that asks for a customer, sends heartbeats for it, and asks again when it has lost it. It can be killed.</summary>
internal sealed class TestHandler : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _servers;
    private readonly TimeSpan _window;
    private readonly HandlerLedger _ledger;
    private readonly CancellationTokenSource _killed = new();
    private readonly Task _running;
    private int _turn;
    private bool _dead;

    public TestHandler(int number, HttpClient http, IReadOnlyList<Uri> servers, TimeSpan window, HandlerLedger ledger)
    {
        (Number, _http, _servers, _window, _ledger, _turn) = (number, http, servers, window, ledger, number);
        Receiver = new ScriptedReceiver(Take);
        _running = RunAsync();
    }

    public int Number { get; }
    public ScriptedReceiver Receiver { get; }
    public string Url => Receiver.Endpoint.ToString();

    /// <summary>The customer that the handler has, as far as it knows.</summary>
    public Guid? Customer { get; private set; }
    public int IdleAnswers { get; private set; }
    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>Ends like a killed process: it does not deregister, and nothing listens any more.</summary>
    public async Task KillAsync()
    {
        if (_dead)
            return;
        _dead = true;
        await _killed.CancelAsync();
        await _running;
        await Receiver.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _killed.Dispose();
    }

    private Reply Take(ReceivedRequest request)
    {
        Bodies.Enqueue(request.BodyText);
        return Reply.Ok;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (await RegisterAsync() is { } given)
                    await KeepAsync(given.Customer, given.Epoch);
                else
                    await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, _killed.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or HttpRequestException && _killed.IsCancellationRequested)
        {
        }
        catch (Exception defect)
        {
            _ledger.Failed(defect);
        }
    }

    private async Task<(Guid Customer, long Epoch)?> RegisterAsync()
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(NextServer(), "/v1/orders/registrations"), new { url = Url, window = $"{(int)_window.TotalMilliseconds}ms" }, _killed.Token);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.NoContent:
                IdleAnswers++;
                return null;
            case HttpStatusCode.Conflict:
                return null;
            case HttpStatusCode.OK:
                var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_killed.Token))!;
                var (customer, epoch) = (Guid.Parse(json["customerId"]!.ToString()), (long)json["epoch"]!);
                _ledger.Given(customer, epoch, Number);
                Customer = customer;
                return (customer, epoch);
            default:
                throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(_killed.Token)}");
        }
    }

    private async Task KeepAsync(Guid customer, long epoch)
    {
        while (true)
        {
            await Task.Delay(_window / 4, TimeProvider.System, _killed.Token);
            var highest = _ledger.HighestEpoch(customer);
            using var answer = await _http.PutAsJsonAsync(new Uri(NextServer(), $"/v1/orders/registrations/{customer}"), new { epoch }, _killed.Token);
            if (answer.StatusCode == HttpStatusCode.Conflict)
            {
                Customer = null;
                return;
            }
            if (answer.StatusCode != HttpStatusCode.NoContent)
                throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(_killed.Token)}");
            if (highest > epoch)
                throw new InvalidOperationException($"Epoch {epoch} of customer {customer} was alive after epoch {highest} had been given.");
        }
    }

    private Uri NextServer() => _servers[(int)((uint)Interlocked.Increment(ref _turn) % (uint)_servers.Count)];
}
