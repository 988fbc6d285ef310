using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Http;

/// <summary>
/// Logs each kind of failure that a store outage causes once a minute, with its reason and the number of similar lines that were left out.
/// Many shards retry several times a second, and a flooded log is useless. All other lines pass through unchanged.
/// </summary>
internal sealed class OutageLoggerFactory(ILoggerFactory inner, TimeProvider time) : ILoggerFactory
{
    private readonly Outages _outages = new(time);

    public ILogger CreateLogger(string categoryName) => new OutageLogger(inner.CreateLogger(categoryName), categoryName, _outages);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Does nothing: the owner of the inner factory disposes it.</summary>
    public void Dispose() { }

    private sealed class OutageLogger(ILogger inner, string category, Outages outages) : ILogger
    {
        private const string Template = "{OriginalFormat}";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The store reports by itself when it is away and when it is back.
            if (exception is StoreAwayException && logLevel < LogLevel.Critical)
                return;
            if (exception is not StoreUnavailableException outage || logLevel >= LogLevel.Critical || !IsEnabled(logLevel))
                inner.Log(logLevel, eventId, state, exception, formatter);
            else if (outages.Next(category, TemplateOf(state) ?? formatter(state, null), outage.Message) is { } leftOut)
                inner.Log(logLevel, eventId, state, null, (told, _) => $"{formatter(told, null)} {outage.Message}{(leftOut == 0 ? "" : $" ({leftOut} more of these since the last one were not logged.)")}");
        }

        private static string? TemplateOf<TState>(TState state) =>
            (state as IEnumerable<KeyValuePair<string, object?>>)?.FirstOrDefault(value => value.Key == Template).Value as string;
    }
}
