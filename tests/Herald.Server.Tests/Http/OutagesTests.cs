using Herald.Engine.Stores;
using Herald.Server.Http;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Herald.Server.Tests.Http;

/// <summary>What is logged while the store is unavailable.</summary>
public sealed class OutagesTests : ILoggerFactory, ILogger
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _lines = [];
    private readonly OutageLoggerFactory _factory;

    public OutagesTests() => _factory = new OutageLoggerFactory(this, _clock);

    [Fact]
    public void One_line_a_cause_a_minute_with_its_reason_and_how_often_it_was_left_out()
    {
        var log = _factory.CreateLogger("Herald.Shards");
        for (var second = 0; second < 180; second++)
        {
            for (var shard = 0; shard < 64; shard++)
            {
                log.LogWarning(new StoreUnavailableException($"The database answers 57P0{shard % 10}."), "Shard {Shard} could not save.", shard);
                log.LogWarning(new StoreUnavailableException("The database answers 57P01."), "Shard {Shard} cannot read.", shard);
            }
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(6, _lines.Count);
        Assert.Equal("Warning: Shard 0 could not save. The database answers 57P00.", _lines[0]);
        Assert.Equal("Warning: Shard 0 cannot read. The database answers 57P01.", _lines[1]);
        Assert.Equal($"Warning: Shard 0 could not save. The database answers 57P00. ({(60 * 64) - 1} more of these since the last one were not logged.)", _lines[2]);
    }

    [Fact]
    public void Another_reason_is_another_cause_and_loggers_of_one_name_share_theirs()
    {
        foreach (var reason in (string[])["away", "full", "away"])
            _factory.CreateLogger("Herald").LogError(new StoreUnavailableException(reason), "It failed.");
        Assert.Equal(["Error: It failed. away", "Error: It failed. full"], _lines);
    }

    [Fact]
    public void Causes_without_end_are_bounded()
    {
        var log = _factory.CreateLogger("Herald");
        for (var i = 1; i <= 1000; i++)
            log.LogWarning(new StoreUnavailableException(new string('x', i)), "It failed.");
        Assert.Equal(101, _lines.Count);
    }

    [Fact]
    public void A_store_that_is_away_says_so_itself()
    {
        var log = _factory.CreateLogger("Herald");
        log.LogWarning(new StoreAwayException("connection refused"), "Shard {Shard} could not save.", 1);
        Assert.Empty(_lines);
        log.LogCritical(new StoreAwayException("gone"), "The end.");
        Assert.Equal(["Critical: The end. + gone"], _lines);
    }

    [Fact]
    public void Everything_else_goes_through()
    {
        var log = _factory.CreateLogger("Herald");
        for (var i = 0; i < 3; i++)
        {
            log.LogWarning("No outage.");
            log.LogError(new InvalidOperationException("a defect"), "Broken.");
            log.LogCritical(new StoreUnavailableException("gone"), "The end.");
        }
        Assert.Equal(9, _lines.Count);
        Assert.Equal(["Warning: No outage.", "Error: Broken. + a defect", "Critical: The end. + gone"], _lines[..3]);
    }

    ILogger ILoggerFactory.CreateLogger(string categoryName) => this;

    void ILoggerFactory.AddProvider(ILoggerProvider provider) { }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Add($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : " + " + exception.Message)}");

    public void Dispose() => _factory.Dispose();
}
