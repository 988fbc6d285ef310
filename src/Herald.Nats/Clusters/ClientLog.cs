using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Clusters;

/// <summary>
/// Receives the log entries of NATS.Net. Only they contain the reason why a connection fails. And only they come in the order in which the
/// server sends: another task raises the event ServerError later, so a confirmation could overtake the error before it.
/// </summary>
internal sealed class ClientLog(Action<string> failed, Action<string> complained, Action<Exception> ended) : ILoggerFactory
{
    private const string Complaint = "Server error ";

    public ILogger CreateLogger(string categoryName) =>
        categoryName.EndsWith(".NatsConnection", StringComparison.Ordinal) ? new Sink(HearConnection)
        : categoryName.EndsWith(".NatsReadProtocolProcessor", StringComparison.Ordinal) ? new Sink(HearServer)
        : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    /// <summary>The messages of a failure and its causes, each once.</summary>
    public static string ReasonOf(Exception failure)
    {
        var reasons = new List<string>();
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (!reasons.Exists(reason => reason.Contains(cause.Message, StringComparison.Ordinal)))
                reasons.Add(cause.Message.TrimEnd('.'));
        }
        return string.Join(": ", reasons);
    }

    private void HearConnection(string text, Exception? failure)
    {
        if (failure is null)
            return;
        if (text.StartsWith("Retry loop stopped", StringComparison.Ordinal))
            ended(failure);
        else
            failed($"{text}: {ReasonOf(failure)}");
    }

    private void HearServer(string text, Exception? failure)
    {
        if (text.StartsWith(Complaint, StringComparison.Ordinal))
            complained(text[Complaint.Length..]);
        else if (failure is not null)
            failed($"{text}: {ReasonOf(failure)}");
    }

    private sealed class Sink(Action<string, Exception?> hear) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        // Also below warnings: the end of a client's authentication is logged at the level debug.
        public bool IsEnabled(LogLevel logLevel) => logLevel is not (LogLevel.None or LogLevel.Trace);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                hear(formatter(state, exception), exception);
        }
    }
}
