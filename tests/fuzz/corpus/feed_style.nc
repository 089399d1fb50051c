<SUBMISSION>
<ACCESSION-NUMBER>0000000007-25-000001<TYPE>4<PERIOD>20250212<FILING-DATE>20250213<ISSUER><COMPANY-DATA><CIK>0000000007</COMPANY-DATA></ISSUER><DOCUMENT><TYPE>4<SEQUENCE>1<TEXT><XML><?xml version="1.0"?>
<ownershipDocument><schemaVersion>X0101</schemaVersion><documentType>4</documentType><issuer><issuerCik>7</issuerCik><issuerName>One</issuerName></issuer><ownerSignature><signatureName>/s/ A</signatureName><signatureDate>2003-07-01</signatureDate></ownerSignature></ownershipDocument>
</XML></TEXT></DOCUMENT></SUBMISSION>
