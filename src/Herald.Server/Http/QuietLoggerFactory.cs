using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Server.Http;

/// <summary>Keeps the web server's own chatter out of the log: two lines a request would cost more than the request.</summary>
internal sealed class QuietLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    /// <summary>With a log for it, the host makes an Activity for every request, which nobody looks at. What it would tell, the problem pages catch.</summary>
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>An error of its own for every upload that breaks off. The end of the connection says as much.</summary>
    private const string BodyBrokeOff = "RequestBodyDrainBodyReaderInvalidState";

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Requests ? NullLogger.Instance
        : categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? new WarningsOnly(inner.CreateLogger(categoryName))
        : inner.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>The inner factory is its owner's to dispose.</summary>
    public void Dispose() { }

    private sealed class WarningsOnly(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name != BodyBrokeOff)
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
