using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Tests.Http;

/// <summary>Records the warnings of a server, or all lines from another level on.</summary>
internal sealed class WarningsKept(LogLevel least = LogLevel.Warning) : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>The lines at which logging fails.</summary>
    public Predicate<string> Refuses { get; set; } = _ => false;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var line = formatter(state, exception);
        if (Refuses(line))
            throw new InvalidOperationException("The test's log refuses this line.");
        _lines.Enqueue(line);
    }
}
