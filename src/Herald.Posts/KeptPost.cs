using Herald.Messages;
using Microsoft.Extensions.Logging;

namespace Herald.Posts;

/// <summary>
/// The post of a provider with the secrets that its files have now, so that a token can be replaced without a restart. Its definition and
/// its settings stay as they were at the start.
/// </summary>
internal sealed class KeptPost
{
    private readonly string _name;
    private readonly PostProviderOptions _options;
    private readonly ILogger _log;
    private readonly Dictionary<string, KeptFile<string>> _files;
    private readonly Lock _gate = new();

    // Used only under the lock.
    private Dictionary<string, string> _contents = [];
    private ConfiguredPost _post;

    public KeptPost(string name, PostProviderOptions options, ConfiguredPost post, TimeProvider time, ILogger log)
    {
        (_name, _options, _post, _log) = (name, options, post, log);
        _files = options.Values.Where(value => value.Value.File is not null).ToDictionary(
            value => value.Key,
            value => new KeptFile<string>(
                $"providers.{name}.values.{value.Key}.file", value.Value.File!, PostSecretFile.Parse, time, log),
            StringComparer.Ordinal);
    }

    public ConfiguredPost Current
    {
        get
        {
            lock (_gate)
            {
                if (_files.Count > 0)
                    Renew_NeedsLock();
                return _post;
            }
        }
    }

    /// <summary>Looks at the files now, because the provider has refused what they had.</summary>
    /// <returns>Whether <see cref="Current"/> is another post than this one.</returns>
    public async ValueTask<bool> RereadAsync(ConfiguredPost refused, CancellationToken cancel)
    {
        foreach (var file in _files.Values)
            await file.RereadAsync(cancel).ConfigureAwait(false);
        return Current != refused;
    }

    private void Renew_NeedsLock()
    {
        var contents = Contents();
        if (contents.All(one => _contents.GetValueOrDefault(one.Key) == one.Value))
            return;
        _contents = contents;
        var (post, problems) = ConfiguredPost.Configure(_name, _options, _post.Definition, (value, _) => (contents[value], null));
        if (post is not null)
            _post = post;
        foreach (var problem in problems)
        {
            _log.LogWarning(
                "{Setting} cannot be used: {Rule} The value that was read before stays in use.", problem.Setting, problem.Rule);
        }
    }

    private Dictionary<string, string> Contents() =>
        _files.ToDictionary(file => file.Key, file => file.Value.Current, StringComparer.Ordinal);
}
