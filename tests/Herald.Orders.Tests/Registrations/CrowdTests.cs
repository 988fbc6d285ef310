using Herald.Hosting.Settings;
using Herald.Orders.Tests.Hosting;
using Herald.Postgres;
using Herald.Server;
using Herald.TestKit.Databases;
using Xunit;

namespace Herald.Orders.Tests.Registrations;

/// <summary>
/// Many handlers for few customers at the same time. Each customer gets one handler, the other handlers wait, and one of them takes over
/// when one dies.
/// </summary>
public sealed class CrowdTests
{
    private const int Handlers = 50, Customers = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3), Look = TimeSpan.FromMilliseconds(20);

    // How long a handover may take beyond the window: an idle handler must ask again, and the customer must have left its handler before.
    private static readonly TimeSpan Asking = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Each_customer_has_one_handler_and_gets_another_when_it_dies()
    {
        for (var round = 0; round < Scale.Of(2, 100); round++)
        {
            await using var server = await OrdersServer.StartAsync();
            await PlayAsync(round, server);
        }
    }

    [Fact]
    public async Task It_is_so_with_two_nodes_on_postgres()
    {
        var postgres = await PostgresServer.SharedAsync();
        for (var round = 0; round < Scale.Of(1, 100); round++)
        {
            var connection = await postgres.CreateDatabaseAsync("orders");
            await using var first = await OrdersServer.StartAsync(OnPostgres);
            await using var second = await OrdersServer.StartAsync(OnPostgres);
            await PlayAsync(round, first, second);

            BoundOptions OnPostgres(BoundOptions options) => options
                .With<ServerOptions>(server => server with { Store = "postgres" })
                .With<PostgresOptions>(own => own with { Connection = connection, ShardCount = 8 });
        }
    }

    private static async Task PlayAsync(int round, params OrdersServer[] servers)
    {
        var customers = Enumerable.Range(0, Customers).Select(_ => Guid.NewGuid()).ToList();
        var orders = customers.ToDictionary(customer => customer, _ => Guid.NewGuid());
        var ledger = new HandlerLedger();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var sequence = 0;
        await PublishAsync();
        var handlers = Enumerable.Range(0, Handlers).Select(number => new TestHandler(number, http, [.. servers.Select(s => s.Server.Address)], Window, ledger)).ToList();
        try
        {
            // Events keep coming, so that a late handler also finds one within its window.
            while (customers.Any(customer => ledger.HandlerOf(customer) is null))
            {
                await PublishAsync();
                ledger.NobodyFailed();
                await Task.Delay(Window / 10, TimeProvider.System, OrdersServer.Cancel);
            }
            await UntilAsync(() => handlers.Count(handler => handler.IdleAnswers > 0) >= Handlers - Customers);
            await UntilAsync(() => customers.All(customer => Received(customer) >= sequence));
            Assert.Equal(Customers, customers.Select(customer => ledger.HandlerOf(customer)).Distinct().Count());

            var victim = customers[round % Customers];
            var dead = handlers[ledger.HandlerOf(victim)!.Value];
            await dead.KillAsync();
            var killed = TimeProvider.System.GetTimestamp();
            var missed = sequence;
            await PublishAsync();
            var late = await UntilAsync(() => ledger.HandlerOf(victim) != dead.Number);
            var took = TimeProvider.System.GetElapsedTime(killed);
            await UntilAsync(() => handlers.Any(handler => handler != dead && handler.Bodies.Any(body => body.Contains($"\"sequence_number\":{missed},", StringComparison.Ordinal) && body.Contains($"{victim}", StringComparison.Ordinal))));
            var all = TimeProvider.System.GetElapsedTime(killed);
            TestContext.Current.TestOutputHelper?.WriteLine($"round {round}: taken over {took.TotalSeconds:0.00} s after the handler was killed, its event delivered after {all.TotalSeconds:0.00} s; window {Window.TotalSeconds} s");
            Assert.True(took <= Window + Asking + late, $"Taken over after {took}, and the machine was {late} late meanwhile.");
            Assert.Equal(Customers, customers.Select(customer => ledger.HandlerOf(customer)).Distinct().Count());
            // A handler that got no customer must have received nothing.
            Assert.All(handlers.Where(handler => !ledger.WasGiven(handler.Number)), handler => Assert.Empty(handler.Bodies));
        }
        finally
        {
            await Task.WhenAll(handlers.Select(handler => handler.DisposeAsync().AsTask()));
        }
        ledger.NobodyFailed();

        // Receipts of all handlers count: on a busy machine a heartbeat can be late, so a customer may change its handler.
        int Received(Guid customer) => handlers.SelectMany(handler => handler.Bodies).Where(body => body.Contains($"{customer}", StringComparison.Ordinal)).Distinct().Count();

        async Task PublishAsync()
        {
            await servers[sequence % servers.Length].PublishAsync([.. customers.Select(customer => OrderMessage.Of(customer, orders[customer], sequence))]);
            sequence++;
        }

        // Returns how late this machine was meanwhile.
        async Task<TimeSpan> UntilAsync(Func<bool> condition)
        {
            var late = TimeSpan.Zero;
            while (!condition())
            {
                var began = TimeProvider.System.GetTimestamp();
                ledger.NobodyFailed();
                await Task.Delay(Look, TimeProvider.System, OrdersServer.Cancel);
                late += TimeProvider.System.GetElapsedTime(began) - Look;
            }
            return late;
        }
    }
}
