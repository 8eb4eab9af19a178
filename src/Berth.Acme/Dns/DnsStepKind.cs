namespace Berth.Acme.Dns;

/// <summary>What a DNS solver tells on its way.</summary>
public enum DnsStepKind
{
    /// <summary>Name is an alias; the record goes to Detail.</summary>
    Followed,

    /// <summary>The provider took the record.</summary>
    Added,

    /// <summary>Every name server shows the record.</summary>
    Seen,

    /// <summary>Not every name server showed it in time; Detail names them. The CA is asked to look all the same.</summary>
    NotSeen,

    /// <summary>The record is there already and stays.</summary>
    AlreadyThere,

    /// <summary>The record was taken away.</summary>
    Removed,

    /// <summary>The record could not be taken away; Detail says why. It does no harm.</summary>
    NotRemoved,

    /// <summary>The provider is asked to add the record; Detail says which, since when, and until when at the latest.</summary>
    Adding,

    /// <summary>The zone's name servers are asked for the record; Detail says since when, and until when at the latest.</summary>
    Looking,

    /// <summary>The order goes no further, and the provider is asked to take the record away again; Detail says which, since when, and until when at the latest.</summary>
    Removing,

    /// <summary>The record could not be made visible; Detail says why. What there may be of it is taken away again.</summary>
    NotShown,
}
