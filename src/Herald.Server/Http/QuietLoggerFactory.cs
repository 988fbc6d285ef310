using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Server.Http;

/// <summary>
/// Keeps the routine lines of the web server out of the log. Two lines per request would cost more than the request itself.
/// </summary>
internal sealed class QuietLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    /// <summary>
    /// With a log for this category, the host creates an unused Activity for every request. <c>ProblemPages</c> catches and logs the
    /// failures that it would report.
    /// </summary>
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>A failed start with its whole stack. The exception gives the reason to the one who starts the server.</summary>
    private const string StartFailed = "HostedServiceStartupFaulted";

    /// <summary>A separate error for every upload that is cut off. The end of the connection already reports it.</summary>
    private const string BodyBrokeOff = "RequestBodyDrainBodyReaderInvalidState";

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Requests ? NullLogger.Instance
        : categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? new WarningsOnly(inner.CreateLogger(categoryName))
        : inner.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Does nothing: the owner of the inner factory disposes it.</summary>
    public void Dispose() { }

    private sealed class WarningsOnly(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name is not (BodyBrokeOff or StartFailed))
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
