using System.Net.Sockets;
using Herald.Postgres.Connections;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

public sealed class DatabaseWatchTests : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly List<string> _lines = [], _cuts = [];
    private readonly SemaphoreSlim _looked = new(0), _told = new(0);
    private readonly DatabaseWatch _watch;
    private volatile Exception? _answer;

    public DatabaseWatchTests() => _watch = new DatabaseWatch(LookAsync, Tell, TellCut, TimeProvider.System, _closing.Token);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    [Fact]
    public async Task A_connection_that_broke_alone_is_told_and_is_no_outage()
    {
        _watch.OnFailure(Refused());
        await _told.WaitAsync(Cancel);
        Assert.Equal(["Connection refused."], _cuts);
        Assert.Empty(_lines);
        Assert.Null(_watch.Trouble);
        // The next failure starts a look of its own.
        _answer = Refused();
        _watch.OnFailure(Refused());
        await _told.WaitAsync(Cancel);
        Assert.StartsWith("PostgreSQL is away: ", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outage_is_told_once_when_it_begins_and_once_when_it_ends_with_the_calls_that_failed()
    {
        _answer = Refused();
        _watch.OnFailure(Refused());
        await _told.WaitAsync(Cancel);
        Assert.StartsWith("PostgreSQL has been away since ", _watch.Trouble, StringComparison.Ordinal);
        for (var call = 0; call < 311; call++)
            _watch.OnFailure(Refused());
        await _looked.WaitAsync(Cancel);
        await _looked.WaitAsync(Cancel);
        _answer = null;
        await _told.WaitAsync(Cancel);
        Assert.Null(_watch.Trouble);
        Assert.Equal(2, _lines.Count);
        Assert.Equal("PostgreSQL is away: Connection refused. Requests are refused with 503 and deliveries wait until it is back.", _lines[0]);
        Assert.Matches(@"^PostgreSQL is back after [0-9.]+ s; 312 calls to it had failed meanwhile\.$", _lines[1]);
    }

    [Fact]
    public async Task A_look_that_fails_in_an_unknown_way_does_not_end_the_watch()
    {
        _answer = new NotSupportedException("an answer that nobody expects");
        _watch.OnFailure(Refused());
        await _told.WaitAsync(Cancel);
        Assert.EndsWith("an answer that nobody expects.", _watch.Trouble, StringComparison.Ordinal);
        _answer = null;
        await _told.WaitAsync(Cancel);
        Assert.Null(_watch.Trouble);
    }

    private Task LookAsync(CancellationToken cancel)
    {
        _looked.Release();
        return _answer is { } failure ? Task.FromException(failure) : Task.CompletedTask;
    }

    private void TellCut(string why)
    {
        _cuts.Add(why);
        _told.Release();
    }

    private void Tell(string line)
    {
        lock (_lines)
            _lines.Add(line);
        _told.Release();
    }

    private static NpgsqlException Refused() => new("Failed to connect", new SocketException((int)SocketError.ConnectionRefused));
}
