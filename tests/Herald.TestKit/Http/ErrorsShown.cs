using Microsoft.Extensions.Logging;

namespace Herald.TestKit.Http;

/// <summary>Shows what a server logs as an error, so that a failing test tells why.</summary>
public sealed class ErrorsShown : ILoggerFactory, ILogger
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        Interlocked.Increment(ref _count);
        Console.Error.WriteLine($"{formatter(state, exception)} {exception}");
    }
}
