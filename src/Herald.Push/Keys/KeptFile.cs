using Herald.Hosting;
using Herald.Hosting.Text;
using Microsoft.Extensions.Logging;

namespace Herald.Push.Keys;

/// <summary>
/// A file with a key. It is read at the start, and again while it is used, so that a key can be replaced without a restart. A file that
/// has become unusable is logged, and the key that was read last stays in use.
/// </summary>
/// <remarks>The content is compared, because a mounted secret is a link, and its time does not show a change.</remarks>
internal sealed class KeptFile<T>
    where T : class
{
    private const int MostBytes = 64 * 1024;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly string _setting;
    private readonly string _path;
    private readonly Func<byte[], T> _parse;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();

    // Used only under the lock.
    private byte[] _content;
    private byte[]? _unusable;
    private T _value;
    private long _looked;

    /// <param name="setting">The setting that names the file, for messages.</param>
    /// <param name="parse">Throws an <see cref="InvalidDataException"/> that says what the file should contain.</param>
    /// <exception cref="ServerStartException">The file cannot be used.</exception>
    public KeptFile(string setting, string path, Func<byte[], T> parse, TimeProvider time, ILogger log)
    {
        (_setting, _path, _parse, _time, _log) = (setting, path, parse, time, log);
        _looked = time.GetTimestamp();
        try
        {
            _content = Read();
            _value = parse(_content);
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            throw new ServerStartException(Explain(failure), failure);
        }
    }

    /// <summary>The present key. The same object as long as the content of the file is the same.</summary>
    public T Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) >= LookEvery)
                    Look_NeedsLock();
                return _value;
            }
        }
    }

    /// <summary>Looks at the file now, because a service has refused the key.</summary>
    public T Reread()
    {
        lock (_gate)
        {
            Look_NeedsLock();
            return _value;
        }
    }

    private void Look_NeedsLock()
    {
        _looked = _time.GetTimestamp();
        byte[]? content = null;
        try
        {
            content = Read();
            if (content.AsSpan().SequenceEqual(_content))
                return;
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
