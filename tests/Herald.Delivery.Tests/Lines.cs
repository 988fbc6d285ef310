using Microsoft.Extensions.Logging;

namespace Herald.Delivery.Tests;

/// <summary>Records the lines that are logged.</summary>
internal sealed class Lines : ILogger, ILoggerFactory
{
    private readonly Lock _lock = new();
    private readonly List<string> _all = [];

    public int Count(string part)
    {
        lock (_lock)
            return _all.Count(line => line.Contains(part, StringComparison.Ordinal));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
            _all.Add(formatter(state, exception));
    }
}
