using Herald.Hosting;
using Herald.Hosting.Text;
using Microsoft.Extensions.Logging;

namespace Herald.Messages;

/// <summary>
/// A file with a key or another secret. It is read at the start, and again while it is used, so that a key can be replaced without a
/// restart. A file that has become unusable is logged, and the key that was read last stays in use.
/// </summary>
/// <remarks>
/// The content is compared, because a mounted secret is a link, and its time does not show a change. A file can be on a server that has
/// stopped to answer, and reading it then blocks a thread. So each look has a thread of its own, of which there is one at a time, and
/// whoever needs the key uses the last one.
/// </remarks>
public sealed class KeptFile<T>
    where T : class
{
    private const int MostBytes = 64 * 1024;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10), LongestReread = TimeSpan.FromSeconds(2);

    private readonly string _setting;
    private readonly string _path;
    private readonly Func<byte[], T> _parse;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<byte[]> _read;
    private readonly Lock _gate = new();

    // Used only under the lock.
    private Task _look = Task.CompletedTask;
    private long _looked;

    // Used only by the look, of which there is one at a time.
    private byte[] _content;
    private byte[]? _unusable;

    private volatile T _value;

    /// <param name="setting">The setting that names the file, for messages.</param>
    /// <param name="parse">Throws an <see cref="InvalidDataException"/> that says what the file should contain.</param>
    /// <param name="read">Reads the file; null for what a disk has.</param>
    /// <exception cref="ServerStartException">The file cannot be used.</exception>
    public KeptFile(string setting, string path, Func<byte[], T> parse, TimeProvider time, ILogger log, Func<byte[]>? read = null)
    {
        ArgumentNullException.ThrowIfNull(parse);
        ArgumentNullException.ThrowIfNull(time);
        (_setting, _path, _parse, _time, _log) = (setting, path, parse, time, log);
        _read = read ?? Read;
        _looked = time.GetTimestamp();
        try
        {
            _content = _read();
            _value = parse(_content);
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            throw new ServerStartException(Explain(failure), failure);
        }
    }

    /// <summary>The key that was read last. The same object as long as the content of the file is the same.</summary>
    public T Current
    {
        get
        {
            lock (_gate)
            {
                if (_look.IsCompleted && _time.GetElapsedTime(_looked) >= LookEvery)
                    Look_NeedsLock();
            }
            return _value;
        }
    }

    /// <summary>The look that is under way, or the last one.</summary>
    internal Task Looking
    {
        get
        {
            lock (_gate)
                return _look;
        }
    }

    /// <summary>
    /// Looks at the file now, because a service has refused the key. When that takes longer than a moment, the last key stays in use.
    /// </summary>
    public async ValueTask<T> RereadAsync(CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(LongestReread, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            // A look that is under way can have read the file already.
            await Looking.WaitAsync(either.Token).ConfigureAwait(false);
            Task look;
            lock (_gate)
                look = _look.IsCompleted ? Look_NeedsLock() : _look;
            await look.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The next attempt finds out.
        }
        return _value;
    }

    private Task Look_NeedsLock()
    {
        _looked = _time.GetTimestamp();
        return _look = Task.Factory.StartNew(
            Look, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
    }

    private void Look()
    {
        byte[]? content = null;
        try
        {
            content = _read();
            if (content.AsSpan().SequenceEqual(_content))
            {
                if (_unusable is not null)
                    _log.LogInformation("{Setting}: the file '{Path}' can be used again; its key is the one in use.", _setting, _path);
                _unusable = null;
                return;
            }
            _value = _parse(content);
            (_content, _unusable) = (content, null);
            _log.LogInformation("{Setting}: the file '{Path}' has changed; its new key is used from now on.", _setting, _path);
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            content ??= [];
            if (_unusable is not null && content.AsSpan().SequenceEqual(_unusable))
                return;
            _unusable = content;
            _log.LogWarning("{Explanation} The key that was read before stays in use.", Explain(failure));
        }
    }

    private byte[] Read()
    {
        using var file = File.OpenRead(_path);
        var buffer = new byte[MostBytes + 1];
        var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length switch
        {
            0 => throw new InvalidDataException("It is empty."),
            > MostBytes => throw new InvalidDataException("It is longer than 64 KiB, so it is no file with a key."),
            _ => buffer[..length],
        };
    }

    private static bool IsExpected(Exception failure) => failure is InvalidDataException or IOException or UnauthorizedAccessException;

    private string Explain(Exception failure) => failure is InvalidDataException
        ? $"{_setting}: the file '{_path}' cannot be used. {failure.Message}"
        : $"{_setting}: the file '{_path}' cannot be read ({FileReason.Of(failure)}).";
}
