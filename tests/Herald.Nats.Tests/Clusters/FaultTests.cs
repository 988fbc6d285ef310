using Herald.Nats.Messages;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Clusters;

/// <summary>With servers that do what real ones do not.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("MSG a 1 99999999\r\n")]
    [InlineData("MSG a 1 -3\r\n")]
    public async Task A_connection_that_makes_no_sense_ends_and_another_is_made(string said)
    {
        await using var server = new ScriptedServer(async (self, stream) =>
        {
            if (self.Taken == 1)
                await ScriptedServer.SayAsync(stream, said);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, self.Closing);
        });
        await using var connection = TestConnection.Begin(TestConnection.Options(server.Url));
        await Until.HoldsAsync(() => connection is { Links: >= 2, IsConnected: true }, "it is connected again");
    }

    [Fact]
    public async Task Publishers_wait_when_the_server_does_not_read_and_go_on_when_it_does()
    {
        const int Size = 100_000, Count = 400;
        var mayRead = new TaskCompletionSource();
        var read = 0L;
        await using var server = new ScriptedServer(async (self, stream) =>
        {
            await mayRead.Task.WaitAsync(self.Closing);
            var buffer = new byte[64 << 10];
            while (await stream.ReadAsync(buffer, self.Closing) is > 0 and var some)
                Interlocked.Add(ref read, some);
        });
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { OutgoingBytes = 1 << 20, PingEvery = TimeSpan.FromMinutes(1) });
        var done = 0;
        var payload = new byte[Size];
        var publishing = Task.WhenAll(Enumerable.Range(0, Count).Select(async _ =>
        {
            await connection.PublishAsync(new("a", payload), TestConnection.End);
            Interlocked.Increment(ref done);
        }));

        // What the kernel takes is not ours to say; it is far from 40 MB.
        Assert.False(publishing.IsCompleted);
        Assert.InRange(Volatile.Read(ref done), 10, Count - 1);
        using var impatient = new CancellationTokenSource();
        var cancelled = connection.PublishAsync(new("a", payload), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        mayRead.SetResult();
        await publishing;
        await Until.HoldsAsync(() => Interlocked.Read(ref read) >= (long)Size * Count, "all has come");
    }

    [Fact]
    public async Task Whoever_waits_for_room_is_told_when_the_connection_breaks()
    {
        var gone = new TaskCompletionSource();
        await using var server = new ScriptedServer((self, _) => gone.Task.WaitAsync(self.Closing));
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { OutgoingBytes = 1 << 20 });
        var all = Enumerable.Range(0, 400).Select(_ => connection.PublishAsync(new("a", new byte[100_000]), TestConnection.End).AsTask()).ToList();
        Assert.Contains(all, one => !one.IsCompleted);
        gone.SetResult();

        var outcomes = await Task.WhenAll(all.Select(one => Record.ExceptionAsync(() => one).AsTask()));
        Assert.Contains(outcomes, failure => failure is NatsUnavailableException);
        Assert.All(outcomes, failure => Assert.True(failure is null or NatsUnavailableException, failure?.ToString()));
    }

    [Fact]
    public async Task A_confirmed_message_that_the_server_never_answered_for_has_failed()
    {
        await using var server = new ScriptedServer((self, stream) => self.HearAsync(stream, "PUB a 2\r\nhi\r\nPING\r\n"));
        await using var connection = await TestConnection.OpenAsync(server.Url);

        await Assert.ThrowsAsync<NatsUnavailableException>(() => connection.PublishConfirmedAsync(new("a", "hi"u8.ToArray()), TestConnection.End));
    }

    [Fact]
    public async Task A_server_that_says_nothing_more_is_given_up()
    {
        await using var server = new ScriptedServer((self, _) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, self.Closing));
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { PingEvery = TimeSpan.FromMilliseconds(50) });

        await Until.HoldsAsync(() => connection.Links >= 2, "it is connected again");
    }

    [Fact]
    public async Task A_server_that_does_not_even_greet_is_given_up()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        await using var connection = TestConnection.Begin(TestConnection.Options($"nats://{listener.LocalEndpoint}") with { ConnectTimeout = TimeSpan.FromMilliseconds(50) });

        await Until.HoldsAsync(() => connection.Trouble?.Contains("127.0.0.1", StringComparison.Ordinal) == true, "it is told");
    }

    [Fact]
    public async Task Without_a_connection_everything_fails_at_once_and_says_why()
    {
        await using var connection = TestConnection.Begin(TestConnection.Options("nats://127.0.0.1:1"));
        await Until.HoldsAsync(() => connection.Trouble?.Contains("127.0.0.1:1", StringComparison.Ordinal) == true, "it is told");

        var failure = await Assert.ThrowsAsync<NatsUnavailableException>(() => connection.PublishAsync(new OutgoingMessage("a", default), TestConnection.End).AsTask());
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NatsUnavailableException>(() => connection.FlushAsync(TestConnection.End));
    }
}
