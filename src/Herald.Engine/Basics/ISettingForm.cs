namespace Herald.Engine.Basics;

/// <summary>The form of a setting's text, where type and range do not define it.</summary>
public interface ISettingForm
{
    /// <summary>The form in one sentence.</summary>
    static abstract string Rule { get; }

    static abstract bool Accepts(string text);

    /// <summary>Removes secrets from a text, which can be valid or invalid.</summary>
    static virtual string Mask(string text) => SettingAttribute.HideUserInfo(text);
}
