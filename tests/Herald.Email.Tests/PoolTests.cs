using System.Collections.Concurrent;
using Herald.Engine.Channels;
using Herald.LocalServers.Mail;
using Herald.TestKit.Time;

namespace Herald.Email.Tests;

/// <summary>Connections: how many, how often used, and what happens when they end.</summary>
public sealed class PoolTests
{
    private static readonly object Mail = new { to = "ann@example.com", text = "Hello" };

    [Fact]
    public async Task Mails_one_after_another_use_one_connection()
    {
        await using var place = new MailPlace();
        for (var n = 0; n < 20; n++)
            Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal((20, 1), (place.Taken, place.Server.Connections));
    }

    [Fact]
    public async Task Ten_thousand_mails_arrive_once_each_over_a_bounded_number_of_connections()
    {
        const int Count = 10_000, Connections = 8;
        await using var place = new MailPlace();
        place.Provider("main", place.Options with { Connections = Connections });

        var results = await Task.WhenAll(Enumerable.Range(0, Count).Select(n => place.TryAsync(Mail, messageId: $"msg_{n}")));

        Assert.All(results, result => Assert.Equal(AttemptOutcome.Delivered, result.Outcome));
        Assert.Equal(Count, place.Taken);
        Assert.InRange(place.Server.Connections, 1, Connections);
        var ids = new HashSet<string>();
        for (var n = 0; n < Count; n++)
            Assert.True(ids.Add(MimeKit.MimeMessage.Load(new MemoryStream((await place.NextAsync()).Content)).MessageId!));
    }

    [Fact]
    public async Task An_idle_connection_that_the_server_ends_is_dropped_at_once()
    {
        await using var place = new MailPlace();
        var provider = place.Provider("main", place.Options);
        await place.TryAsync(Mail);
        Assert.Equal(1, provider.IdleConnections);
        place.Server.DropConnections();
        await Until.HoldsAsync(() => provider.IdleConnections == 0, "the idle connection is dropped");
        Assert.Equal(0, place.Clock.ArmedTimers);
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal(2, place.Server.Connections);
    }

    [Fact]
    public async Task No_attempt_is_lost_when_a_used_connection_ends_in_the_moment_in_which_it_is_used_again()
    {
        await using var place = new MailPlace();
        var mails = new ConcurrentDictionary<int, int>();
        // The second mail of each connection.
        place.Plan = step => step.Stage == MailStage.Sender && mails.AddOrUpdate(step.Connection, 1, (_, count) => count + 1) == 2
            ? new MailAnswer.Drop()
            : null;
        for (var n = 0; n < 50; n++)
            Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal((50, 50), (place.Taken, place.Server.Connections));
    }

    [Fact]
    public async Task A_connection_that_has_rested_for_long_is_not_used_again()
    {
        await using var place = new MailPlace();
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        // A firewall has forgotten it: what is sent over it arrives nowhere.
        place.Plan = step => step is { Stage: MailStage.Sender, Connection: 1 } ? new MailAnswer.Hang() : null;
        place.Clock.Advance(TimeSpan.FromMinutes(2));
        var again = place.TryAsync(Mail);
        await Until.EndsAsync(again, "the mail goes over a new connection");
        Assert.Equal((AttemptOutcome.Delivered, TimeSpan.Zero), Told(await again));
        Assert.Equal(2, place.Server.Connections);
    }

    [Fact]
    public async Task A_connection_that_is_always_busy_is_replaced_in_time()
    {
        await using var place = new MailPlace();
        for (var n = 0; n < 25; n++)
        {
            Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
            place.Clock.Advance(TimeSpan.FromSeconds(30));
        }
        Assert.Equal((25, 2), (place.Taken, place.Server.Connections));
    }

    [Fact]
    public async Task No_attempt_is_lost_when_the_server_ends_connections_after_each_mail()
    {
        await using var place = new MailPlace();
        for (var n = 0; n < 100; n++)
        {
            Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
            place.Server.DropConnections();
        }
        Assert.Equal(100, place.Taken);
    }

    [Fact]
    public async Task A_server_that_says_421_to_a_used_connection_gets_the_mail_over_a_new_one()
    {
        await using var place = new MailPlace();
        var mails = new ConcurrentDictionary<int, int>();
        place.Plan = step => step.Stage == MailStage.Sender && mails.AddOrUpdate(step.Connection, 1, (_, count) => count + 1) > 3
            ? new MailAnswer.SayAndDrop(421, "4.4.2 Enough for one connection")
            : null;
        for (var n = 0; n < 10; n++)
            Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal((10, 4), (place.Taken, place.Server.Connections));
    }

    [Fact]
    public async Task A_used_connection_that_asks_for_a_pause_gets_it_and_no_second_try()
    {
        await using var place = new MailPlace();
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        place.Plan = step => step.Stage == MailStage.Sender ? new MailAnswer.SayAndDrop(421, "4.7.0 Too many mails") : null;
        var result = await place.TryAsync(Mail);
        Assert.Equal((AttemptOutcome.Failed, 421), (result.Outcome, result.StatusCode));
        Assert.Equal((1, 1), (place.Taken, place.Server.Connections));
    }

    [Fact]
    public async Task An_idle_connection_that_ends_costs_nothing_even_if_it_has_only_seen_a_refusal()
    {
        await using var place = new MailPlace();
        place.Plan = step => step.Stage == MailStage.Recipient ? new MailAnswer.Say(550, "5.1.1 No such user") : null;
        Assert.Equal(AttemptOutcome.Rejected, (await place.TryAsync(Mail)).Outcome);
        place.Plan = step => step is { Stage: MailStage.Sender, Connection: 1 } ? new MailAnswer.Drop() : null;
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal((1, 2), (place.Taken, place.Server.Connections));
    }

    [Fact]
    public async Task A_refused_mail_does_not_cost_the_connection()
    {
        await using var place = new MailPlace();
        var refuses = true;
        place.Plan = step => step.Stage == MailStage.Recipient && refuses ? new MailAnswer.Say(550, "5.1.1 No such user") : null;
        Assert.Equal(AttemptOutcome.Rejected, (await place.TryAsync(Mail)).Outcome);
        refuses = false;
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal(1, place.Server.Connections);
    }

    [Fact]
    public async Task A_server_that_was_down_gets_its_mails_when_it_is_back()
    {
        var first = new LocalMailServer(new());
        var port = first.Port;
        var taken = 0;
        await using var place = new MailPlace();
        place.Provider("main", MailPlace.OpenOptions(port));
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        await first.DisposeAsync();
        var down = await place.TryAsync(Mail);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Connect, true), (down.Outcome, down.Stage, down.EndpointTroubled));
        Assert.Contains("refused", down.Reason, StringComparison.Ordinal);
        await using var second = new LocalMailServer(new() { Taken = _ => Interlocked.Increment(ref taken) }, port);
        var back = await place.TryAsync(Mail);
        Assert.Equal((AttemptOutcome.Delivered, ""), (back.Outcome, back.Reason));
        Assert.Equal(1, taken);
    }

    [Fact]
    public async Task A_stop_in_the_middle_loses_nothing_and_repeats_at_most_what_was_under_way()
    {
        const int Count = 400, Connections = 4;
        await using var place = new MailPlace();
        var options = place.Options with { Connections = Connections };
        var taken = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        place.Plan = step =>
        {
            if (step.Stage != MailStage.End)
                return null;
            var id = MimeKit.MimeMessage.Load(new MemoryStream(step.Mail!.Content)).MessageId!;
            if (taken.AddOrUpdate(id, 1, (_, count) => count + 1) == 1 && taken.Count == Count / 2)
                stop.Cancel();
            return null;
        };

        var open = new HashSet<int>(Enumerable.Range(0, Count));
        await using (var channel = place.Another(options))
        {
            await Task.WhenAll(Enumerable.Range(0, Count).Select(async n =>
            {
                try
                {
                    var result = await channel.TryAsync(MailPlace.AttemptOf(Mail, messageId: $"msg_{n}"), stop.Token);
                    Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
                    lock (open)
                        open.Remove(n);
                }
                catch (OperationCanceledException)
                {
                    // It is sent again below.
                }
            }));
        }
        Assert.NotEmpty(open);
        await using (var channel = place.Another(options))
        {
            foreach (var n in open)
            {
                var attempt = MailPlace.AttemptOf(Mail, messageId: $"msg_{n}");
                var result = await channel.TryAsync(attempt, TestContext.Current.CancellationToken);
                Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
            }
        }

        Assert.Equal(Count, taken.Count);
        Assert.True(taken.Values.Sum() <= Count + Connections, $"{taken.Values.Sum()} mails");
    }

    [Fact]
    public async Task A_channel_that_stops_ends_its_sessions()
    {
        await using var place = new MailPlace();
        await using (var channel = place.Another(place.Options))
            await channel.TryAsync(MailPlace.AttemptOf(Mail), TestContext.Current.CancellationToken);
        await Until.HoldsAsync(() => place.Server.OpenConnections == 0, "the session has ended");
    }

    private static (AttemptOutcome Outcome, TimeSpan Duration) Told(AttemptResult result) => (result.Outcome, result.Duration);
}
