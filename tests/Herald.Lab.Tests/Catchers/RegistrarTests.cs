using System.Collections.Concurrent;
using Herald.Client;
using Herald.Lab.Catchers;
using Herald.TestKit.Http;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Lab.Tests.Catchers;

/// <summary>A catcher's registration with a Herald that answers by a script.</summary>
public sealed class RegistrarTests
{
    private static readonly Guid Customer = new("0197f3f0-0000-7000-8000-000000000001");
    private static readonly FakeHerald.Answer Given = new(200, $$"""{"customerId":"{{Customer}}","epoch":7,"window":"40ms","secret":"whsec_x"}""");
    private static readonly FakeHerald.Answer Done = new(204, "");
    private static readonly FakeHerald.Answer Conflict = new(409, """{"code":"registration-superseded"}""", "application/problem+json");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_with_its_address_window_and_secret_and_leaves_when_it_is_stopped()
    {
        await using var run = await Run.StartAsync(Given, Done);
        await run.AskedAsync(2);
        Assert.Equal(Customer, run.Catcher.Customer);
        await run.StopAsync();
        Assert.Null(run.Catcher.Customer);
        var requests = run.Requests;
        Assert.Equal("POST /v1/orders/registrations {\"url\":\"http://127.0.0.1:0/hook\",\"window\":\"1m\",\"secret\":\"whsec_own\"}", requests[0]);
        Assert.Equal($"PUT /v1/orders/registrations/{Customer} {{\"epoch\":7}}", requests[1]);
        Assert.Equal($"DELETE /v1/orders/registrations/{Customer}?epoch=7 ", requests[^1]);
    }

    [Fact]
    public async Task Where_there_is_nobody_to_serve_it_asks_again_after_about_a_second()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        await using var run = await Run.StartAsync(clock, Done, Done, Given);
        await clock.WhenArmedAsync(1).WaitAsync(Cancel);
        Assert.InRange(clock.NextDue!.Value - clock.GetUtcNow(), TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(1));
        clock.AdvanceTo(clock.NextDue!.Value);
        await run.AskedAsync(2);
    }

    [Fact]
    public async Task Whoever_has_raced_and_lost_asks_again_at_once()
    {
        // The clock stands still, so the test would hang if the registrar waited.
        await using var run = await Run.StartAsync(new ManualClock(DateTimeOffset.UnixEpoch), Conflict, Conflict, Given);
        await run.AskedAsync(3);
        await run.ToldAsync(1);
        Assert.Equal(1, run.Catcher.Counts.Registrations);
    }

    [Fact]
    public async Task A_customer_that_another_has_is_let_go_and_another_one_asked_for()
    {
        // The script depends on the request, not on its number: on a busy machine a heartbeat can time out and be repeated.
        var (posts, puts) = (0, 0);
        await using var run = await Run.StartAsync(TimeProvider.System, Answer);
        await run.ToldAsync(3);
        Assert.Equal((2, 1), (run.Catcher.Counts.Registrations, run.Catcher.Counts.RegistrationsLost));
        Assert.Equal([false, true, false], run.Told.Take(3).Select(line => line.Contains(" has lost customer ", StringComparison.Ordinal)));

        FakeHerald.Answer Answer(FakeHerald.Request request)
        {
            if (request.Method == "POST")
            {
                Interlocked.Increment(ref posts);
                return Given;
            }
            return Interlocked.Increment(ref puts) > 1 && Volatile.Read(ref posts) == 1 ? Conflict : Done;
        }
    }

    [Fact]
    public async Task No_answer_is_no_loss()
    {
        await using var run = await Run.StartAsync(Given, new(0, ""), new(503, ""), Done);
        await run.AskedAsync(4);
        Assert.Equal(0, run.Catcher.Counts.RegistrationsLost);
        Assert.Equal(Customer, run.Catcher.Customer);
    }

    [Fact]
    public async Task What_Herald_refuses_ends_it_with_the_reason()
    {
        await using var run = await Run.StartAsync(new FakeHerald.Answer(404, """{"detail":"There is nothing here."}""", "application/problem+json"));
        var refusal = await run.Ended.WaitAsync(Cancel);
        Assert.Equal(404, refusal!.Status);
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly FakeHerald _herald;
        private readonly HeraldClient _client;
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        private readonly SemaphoreSlim _asked;
        private readonly SemaphoreSlim _told = new(0);

        private Run(FakeHerald herald, SemaphoreSlim asked, TimeProvider time)
        {
            (_herald, _client, _asked) = (herald, new HeraldClient(new Uri(herald.Address), null), asked);
            var still = new Misbehaviour(new(Mode.None), LatencyRange.Usual, time, new Random(1));
            Catcher = new Catcher(1, 0, null, still, _ => { }, () => "", time);
            var client = new RegistrationClient(_client, Catcher.Endpoint, "whsec_own", TimeSpan.FromMinutes(1), time);
            Ended = new Registrar(Catcher, client, Tell, time, new Random(1)).RunAsync(_stop.Token);
        }

        public Catcher Catcher { get; }
        public Task<Reply?> Ended { get; }
        public ConcurrentQueue<string> Told { get; } = new();
        public string[] Requests => [.. _herald.Requests.Select(request => $"{request.Method} {request.Path} {request.Body}")];

        public static Task<Run> StartAsync(params FakeHerald.Answer[] script) => StartAsync(TimeProvider.System, script);

        /// <param name="script">The answers in order. The last one is repeated.</param>
        public static Task<Run> StartAsync(TimeProvider time, params FakeHerald.Answer[] script)
        {
            var turn = -1;
            return StartAsync(time, _ => script[Math.Min(Interlocked.Increment(ref turn), script.Length - 1)]);
        }

        public static async Task<Run> StartAsync(TimeProvider time, Func<FakeHerald.Request, FakeHerald.Answer> answer)
        {
            var asked = new SemaphoreSlim(0);
            return new(await FakeHerald.StartAsync(request =>
            {
                asked.Release();
                return answer(request);
            }), asked, time);
        }

        public Task AskedAsync(int times) => TimesAsync(_asked, times);

        public Task ToldAsync(int times) => TimesAsync(_told, times);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Ended;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _client.Dispose();
            await _herald.DisposeAsync();
            _asked.Dispose();
            _told.Dispose();
            _stop.Dispose();
            await Catcher.DisposeAsync();
        }

        private void Tell(string line)
        {
            Told.Enqueue(line);
            _told.Release();
        }

        private static async Task TimesAsync(SemaphoreSlim signal, int times)
        {
            for (var i = 0; i < times; i++)
                await signal.WaitAsync(Cancel);
        }
    }
}
